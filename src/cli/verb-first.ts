import { CommanderError, type Command } from "commander";
import { shellQuote } from "../model/shell-quote.js";

/** `evict-policy allkeys-lru set` as it is meant: `cachectl evict-policy set allkeys-lru`. Null where no later word is a verb. */
export function verbFirst(error: unknown, program: Command, argv: readonly string[]): string | null {
  if (!(error instanceof CommanderError) || error.code !== "commander.unknownCommand") return null;
  const words = [...argv];
  const path = ["cachectl"];
  let noun = program;
  for (let next = child(noun, words[0]); next !== undefined; next = child(noun, words[0])) {
    path.push(words.shift() ?? "");
    noun = next;
  }
  const at = words.findIndex((word) => child(noun, word) !== undefined);
  if (at < 1) return null;
  return [...path, words[at] ?? "", ...words.toSpliced(at, 1)].map(shellQuote).join(" ");
}

function child({ commands }: Command, word: string | undefined): Command | undefined {
  return commands.find((command) => command.name() === word);
}
