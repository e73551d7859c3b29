import type { Command } from "commander";
import type { Priority } from "../../../model/finding.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import {
  addSelectionOptions,
  durationOrZero,
  sampleOption,
  selectionOf,
  type SelectionFlags,
} from "../../selection.js";
import type { Shell } from "../../shell.js";

interface CheckFlags extends OutputFlags, SelectionFlags {
  sample: number;
}

/** A check that is asked for by name answers with its exit code; `analyze` only does with --fail-on. */
const defaultGate: Priority = "medium";

export function addClusterCheck(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("check")
    .description("every node's own view against every other's; exit 1 from priority medium on (--fail-on)")
    .argument("[target...]", "profile names, or members as host:port or URL")
    .addOption(
      sampleOption(
        "time between the two samples that rates come from; 0 judges since the servers' start",
        durationOrZero,
      ),
    )
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (targets: string[], flags: CheckFlags) => {
    const gated = { ...flags, failOn: flags.failOn ?? defaultGate };
    const { clusterCheck } = await import("../../../commands/cluster/check.js");
    await shell.report("cluster-check", gated, (context) =>
      clusterCheck(context, { selection: selectionOf(targets, flags), sampleMs: flags.sample }),
    );
  });
}

const examples = `Examples:
  cachectl cluster check prod
  cachectl cluster check 10.0.0.5:6379             any member will do
  cachectl cluster check -p 'prod-*' --fail-on high --json
  cachectl cluster check -p prod --sample 0        at once, without waiting for a second sample
`;
