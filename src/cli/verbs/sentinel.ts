import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addSentinelCheck } from "./sentinel/check.js";
import { addSentinelConfig } from "./sentinel/config.js";
import { addSentinelDrill } from "./sentinel/drill.js";

/** `cachectl sentinel <verb>`. */
export function addSentinel(program: Command, shell: Shell): void {
  const sentinel = program
    .command("sentinel")
    .description("check Sentinel groups, try out their failover, and write their configuration")
    .addHelpText("before", examples);
  for (const add of [addSentinelCheck, addSentinelDrill, addSentinelConfig]) add(sentinel, shell);
}

const examples = `Examples:
  cachectl sentinel check -p sessions              every sentinel and every server behind them
  cachectl sentinel drill -p sessions --dry-run    whether the group is fit for a failover, and what would be done
  cachectl sentinel config --master sessions --primary 10.0.0.5:6379 --nodes 10.0.1.1,10.0.1.2,10.0.1.3
`;
