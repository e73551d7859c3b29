import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addSentinelCheck } from "./sentinel/check.js";

/** `cachectl sentinel <verb>`. */
export function addSentinel(program: Command, shell: Shell): void {
  const sentinel = program
    .command("sentinel")
    .description("check Sentinel groups: what they agree on, and what they would survive")
    .addHelpText("before", examples);
  for (const add of [addSentinelCheck]) add(sentinel, shell);
}

const examples = `Examples:
  cachectl sentinel check -p prod                  every sentinel and every server behind them
`;
