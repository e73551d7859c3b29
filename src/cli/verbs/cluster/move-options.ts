import { InvalidArgumentError, Option, type Command } from "commander";
import type { SlotChangeOptions } from "../../../commands/cluster/change-slots.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { positiveCount } from "../../numbers.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";

/** What `rebalance`, `reshard` and `apply` have in common, as commander hands it over. */
export interface MoveFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  engine: SlotChangeOptions["move"]["engine"];
  batchKeys: number;
  batchBytes: number;
  rate?: number;
  maxLatency: number;
  allowBlocking?: boolean;
  journal?: string;
  planOut?: string;
}

/** How slots are moved, who is meant and how the report looks. */
export function addMoveOptions(command: Command): Command {
  command
    .option("--rate <keys>", "move at most so many keys a second between each pair of primaries", positiveCount)
    .addOption(
      new Option("--max-latency <duration>", "slow down when the move delays other commands by more than this")
        .argParser(duration)
        .default(50, "50ms"),
    )
    .addOption(
      new Option("--engine <engine>", "auto: the servers' own slot migration where both ends have it, else MIGRATE")
        .choices(["auto", "classic", "server"])
        .default("auto"),
    )
    .option("--batch-keys <count>", "most keys of one MIGRATE", positiveCount, 500)
    .addOption(
      new Option("--batch-bytes <bytes>", "most bytes of one MIGRATE; 64k and 4M are fine")
        .argParser(byteCount)
        .default(1024 * 1024, "1M"),
    )
    .option("--allow-blocking", "move keys too that block their node for longer than half of cluster-node-timeout")
    .option("--journal <file>", "where to note each step (a file for each target in ~/.local/state/cachectl/journals)");
  return addOutputOptions(addSelectionOptions(addChangeOptions(command)));
}

export function addPlanOut(command: Command): Command {
  return command.option("--plan-out <file>", "write the plan for `cluster apply`, and change nothing");
}

export function moveOptionsOf(flags: MoveFlags): SlotChangeOptions {
  return {
    selection: selectionOf([], flags),
    move: {
      engine: flags.engine,
      batchKeys: flags.batchKeys,
      batchBytes: flags.batchBytes,
      ratePerSecond: flags.rate ?? null,
      maxLatencyMs: flags.maxLatency,
      allowBlocking: flags.allowBlocking === true,
    },
    journal: flags.journal ?? null,
    planOut: flags.planOut ?? null,
    ...changeChoiceOf(flags),
  };
}

/** For commander: bytes, in powers of 1024. */
function byteCount(text: string): number {
  const match = /^(\d{1,12})([kKmMgG]?)B?$/.exec(text);
  const factor = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.toLowerCase() ?? ""] ?? 1;
  const bytes = Number(match?.[1] ?? Number.NaN) * factor;
  // MIGRATE's payload is one bulk string for the receiver.
  if (!(bytes > 0 && bytes <= 512 * 1024 ** 2))
    throw new InvalidArgumentError("Write bytes such as 65536, 64k or 4M, at most 512M.");
  return bytes;
}
