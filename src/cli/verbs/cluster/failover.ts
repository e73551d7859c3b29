import type { Command } from "commander";
import { CachectlError } from "../../../model/errors.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { waitOption } from "./wait-option.js";

interface FailoverFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  force?: boolean;
  takeover?: boolean;
  wait: number;
}

export function addClusterFailover(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("failover")
    .description("make a replica the primary, without losing a write, and wait until every member agrees")
    .argument("<replica>", "a member: address, id, or the beginning of an id")
    .option("--force", "without the primary, by vote of the others; what the replica has not received is lost")
    .option("--takeover", "without any vote, where no majority of primaries is left")
    .addOption(waitOption(duration))
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (replica: string, flags: FailoverFlags) => {
      shell.begin("cluster-failover", flags);
      if (flags.force === true && flags.takeover === true)
        throw new CachectlError("usage", "failover-twice", "--force and --takeover are two ways", "Give one of them.");
      const { clusterFailover } = await import("../../../commands/cluster/failover.js");
      return shell.report("cluster-failover", flags, (context) =>
        clusterFailover(context, {
          ...changeChoiceOf(flags),
          ...{ replica, selection: selectionOf([], flags), deadlineMs: flags.wait },
          mode: flags.force === true ? "force" : flags.takeover === true ? "takeover" : "plain",
        }),
      );
    },
  );
}

const examples = `Examples:
  cachectl cluster failover 10.0.0.4:6379 -p prod             before the primary's host goes down for maintenance
  cachectl cluster failover 10.0.0.4:6379 -p prod --force     its primary is dead
`;
