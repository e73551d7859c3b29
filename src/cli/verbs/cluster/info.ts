import type { Command } from "commander";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";

export function addClusterInfo(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("info")
    .description("the topology: slots, keys, bytes, operations and lag of each node, and how even they are")
    .argument("[target...]", "profile names, or members as host:port or URL")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(
    async (targets: string[], flags: OutputFlags & SelectionFlags) => {
      const { clusterInfo } = await import("../../../commands/cluster/info.js");
      await shell.report("cluster-info", flags, (context) => clusterInfo(context, selectionOf(targets, flags)));
    },
  );
}

const examples = `Examples:
  cachectl cluster info prod
  cachectl cluster info 10.0.0.5:6379              any member will do
  cachectl cluster info prod --json | jq '.sections[] | select(.id == "topology").rows'
`;
