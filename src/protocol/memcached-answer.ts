/**
 * Where the first complete answer of Memcached's text protocol ends in what has been received; null when it is not all there.
 * STAT lines and VALUE blocks go on until END; everything else is one line. One character must be one byte (latin1).
 *
 * @throws SyntaxError when this is no Memcached
 */
export function endOfMemcachedAnswer(received: string): number | null {
  let start = 0;
  for (;;) {
    const lineEnd = received.indexOf("\r\n", start);
    if (lineEnd === -1) return checkBeginning(received, start);
    const line = received.slice(start, lineEnd);
    const value = /^VALUE \S+ \d+ (\d+)/.exec(line);
    // The data block has a line end of its own.
    if (value !== null) start = lineEnd + 2 + Number(value[1]) + 2;
    else if (line.startsWith("STAT ")) start = lineEnd + 2;
    else if (isAnswerLine(line)) return lineEnd + 2;
    else throw new SyntaxError(`not the protocol: ${line.slice(0, 60)}`);
    if (start > received.length) return null;
  }
}

/** A line that never ends must not be collected for ever: memcached's are short. */
function checkBeginning(received: string, start: number): null {
  if (received.length - start > 4_096) throw new SyntaxError("not the protocol: a line without end");
  return null;
}

function isAnswerLine(line: string): boolean {
  return /^(VERSION |END$|RESET$|OK$|STORED$|NOT_STORED$|EXISTS$|NOT_FOUND$|DELETED$|TOUCHED$|\d+$|ERROR|CLIENT_ERROR|SERVER_ERROR)/.test(
    line,
  );
}

/** `stats` and its sections: name → value; empty where a server or a proxy in between does not know the command. */
export function parseMemcachedStats(answer: string): Record<string, string> {
  return Object.fromEntries(
    [...answer.matchAll(/^STAT (\S+) (.*)\r$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** The value in the answer to a `get` or `gets` of one key; null where there is none. */
export function memcachedValue(answer: string): string | null {
  return answer.startsWith("VALUE ") ? answer.slice(answer.indexOf("\r\n") + 2, -"\r\nEND\r\n".length) : null;
}
