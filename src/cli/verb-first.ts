import { CommanderError, type Command } from "commander";
import { shellQuote } from "../model/shell-quote.js";
import { isAddress, namesMember, takesProfile } from "./excess-arguments.js";

/** `evict-policy allkeys-lru set` as it is meant: `cachectl evict-policy set allkeys-lru`. Null where no later word is a verb. */
export function verbFirst(error: unknown, program: Command, argv: readonly string[]): string | null {
  if (!(error instanceof CommanderError) || error.code !== "commander.unknownCommand") return null;
  const path = ["cachectl"];
  const others: string[] = [];
  let verb = program;
  let isOutOfOrder = false;
  for (const word of argv) {
    const next = child(verb, word);
    if (next === undefined) others.push(word);
    else {
      isOutOfOrder ||= others.length > 0;
      path.push(word);
      verb = next;
    }
  }
  return isOutOfOrder ? [...path, ...withProfile(verb, others)].map(shellQuote).join(" ") : null;
}

/** Verbs that change something take their target only with -p. */
function withProfile(verb: Command, words: string[]): string[] {
  const [first = "-"] = words;
  if (!takesProfile(verb) || first.startsWith("-") || words.some((word) => /^(-p|--profile)/.test(word))) return words;
  const { registeredArguments } = verb;
  const firstOption = words.findIndex((word) => word.startsWith("-"));
  const count = firstOption === -1 ? words.length : firstOption;
  const looksSo = first.includes("://") || (isAddress(first) && !namesMember(verb));
  // Of one word too many it is the one that stood before the verb.
  const isTarget = registeredArguments.at(-1)?.variadic !== true && (looksSo || count > registeredArguments.length);
  return isTarget ? ["-p", ...words] : words;
}

function child({ commands }: Command, word: string): Command | undefined {
  return commands.find((command) => command.name() === word);
}
