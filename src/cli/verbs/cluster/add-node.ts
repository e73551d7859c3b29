import type { Command } from "commander";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { waitOption } from "./wait-option.js";

interface AddNodeFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  replicaOf?: string;
  wait: number;
}

export function addClusterAddNode(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("add-node")
    .description("let empty nodes join the cluster of -p, and wait until every member agrees")
    .argument("<node...>", "host:port of each new node")
    .option("--replica-of <node>", "make them replicas of this member; auto: of the primaries that need one most")
    .addOption(waitOption(duration))
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (nodes: string[], flags: AddNodeFlags) => {
      const { addNode } = await import("../../../commands/cluster/add-node.js");
      return shell.report("cluster-add-node", flags, (context) =>
        addNode(context, {
          ...changeChoiceOf(flags),
          ...{ nodes, selection: selectionOf([], flags), deadlineMs: flags.wait },
          replicaOf: flags.replicaOf ?? null,
        }),
      );
    },
  );
}

const examples = `Examples:
  cachectl cluster add-node 10.0.0.7:6379 -p prod                          a primary; rebalance gives it slots
  cachectl cluster add-node 10.0.0.8:6379 -p prod --replica-of 10.0.0.7:6379
  cachectl cluster add-node 10.0.0.9:6379 -p prod --replica-of auto --yes
`;
