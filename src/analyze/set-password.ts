import type { Command } from "../model/finding.js";
import type { NodeIdentity } from "../model/node.js";
import { shellQuote } from "../model/shell-quote.js";
import { shellLine } from "./rule.js";

/** Sets the default user's password at run time: see {@link passwordLine}. */
export function setPasswordLine(node: NodeIdentity): Command {
  return passwordLine(node, "CONFIG", "SET", "requirepass");
}

/**
 * A command whose last argument is a password. It is read from the terminal and handed over on standard input, so that it
 * appears neither in a report nor in a process list.
 */
export function passwordLine({ cliArguments }: NodeIdentity, ...argv: string[]): Command {
  const redisCli = ["redis-cli", ...cliArguments, "-x", ...argv].map(shellQuote).join(" ");
  return shellLine(`read -rs PASSWORD && printf %s "$PASSWORD" | ${redisCli}`);
}
