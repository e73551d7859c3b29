import type { Command } from "commander";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { waitOption } from "./wait-option.js";

interface DelNodeFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  allowFewPrimaries?: boolean;
  wait: number;
}

export function addClusterDelNode(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("del-node")
    .description("take members out of the cluster of -p, dead ones too; drains them and re-homes their replicas first")
    .argument("<node...>", "members: address, id, or the beginning of an id")
    .option("--allow-few-primaries", "accept that one or two primaries remain, which cannot vote for a failover")
    .addOption(waitOption(duration))
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (nodes: string[], flags: DelNodeFlags) => {
      const { delNode } = await import("../../../commands/cluster/del-node.js");
      return shell.report("cluster-del-node", flags, (context) =>
        delNode(context, {
          ...changeChoiceOf(flags),
          ...{ nodes, selection: selectionOf([], flags), deadlineMs: flags.wait },
          allowFewPrimaries: flags.allowFewPrimaries === true,
        }),
      );
    },
  );
}

const examples = `Examples:
  cachectl cluster del-node 10.0.0.7:6379 -p prod --dry-run
  cachectl cluster del-node 10.0.0.7:6379 10.0.0.8:6379 -p prod
  cachectl cluster del-node 3fa9c1d2 -p prod --yes                         a dead node by the beginning of its id
`;
