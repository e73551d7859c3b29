/** Encoded commands, one behind the other, each by itself. Only for what `encodeCommand` wrote. */
export function splitCommands(text: string): string[] {
  const commands: string[] = [];
  for (let at = 0; at < text.length;) {
    const start = at;
    const [parts, behindHead] = numberLine(text, at);
    at = behindHead;
    for (let part = 0; part < parts; part++) {
      const [length, behind] = numberLine(text, at);
      at = behind + length + 2;
    }
    commands.push(text.slice(start, at));
  }
  return commands;
}

/** `*3` or `$7` at this place, and where what it announces begins. */
function numberLine(text: string, at: number): [number, number] {
  const end = text.indexOf("\r\n", at);
  return [Number(text.slice(at + 1, end)), end + 2];
}
