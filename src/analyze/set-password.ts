import type { Command } from "../model/finding.js";
import type { NodeIdentity } from "../model/node.js";
import { shellLine } from "./rule.js";

/**
 * Sets the default user's password at run time. The password is read from the terminal and handed over on standard input, so
 * that it appears neither in a report nor in a process list.
 */
export function setPasswordLine({ cliArguments }: NodeIdentity): Command {
  const redisCli = ["redis-cli", ...cliArguments.map(quoted), "-x", "CONFIG", "SET", "requirepass"].join(" ");
  return shellLine(`read -rs PASSWORD && printf %s "$PASSWORD" | ${redisCli}`);
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
