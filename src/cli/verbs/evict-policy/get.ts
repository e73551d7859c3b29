import type { Command } from "commander";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import {
  addSelectionOptions,
  durationOrZero,
  sampleOption,
  selectionOf,
  type SelectionFlags,
} from "../../selection.js";
import type { Shell } from "../../shell.js";

interface GetFlags extends OutputFlags, SelectionFlags {
  sample: number;
}

export function addEvictPolicyGet(noun: Command, shell: Shell): void {
  const command = noun
    .command("get")
    .description("the eviction settings of every node, how full it is, and whether they can take effect")
    .argument(
      "[target...]",
      "profile names, host:port or URLs; default: $CACHECTL_PROFILE, `default`, or 127.0.0.1:6379",
    )
    .addOption(sampleOption("time between the two samples that the eviction rate comes from; 0: none", durationOrZero))
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (targets: string[], flags: GetFlags) => {
    shell.begin("evict-policy-get", flags);
    const { evictPolicyGet } = await import("../../../commands/evict-policy/get.js");
    const options = { selection: selectionOf(targets, flags), sampleMs: flags.sample };
    return shell.report("evict-policy-get", flags, (context) => evictPolicyGet(context, options));
  });
}

const examples = `Examples:
  cachectl evict-policy get prod                              every data node, replicas too
  cachectl evict-policy get redis+cluster://10.0.0.1 --json
  cachectl evict-policy get memcached://10.0.0.7,10.0.0.8
`;
