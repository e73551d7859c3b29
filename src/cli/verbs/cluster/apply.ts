import type { Command } from "commander";
import type { Shell } from "../../shell.js";
import { addMoveOptions, moveOptionsOf, type MoveFlags } from "./move-options.js";

export function addClusterApply(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("apply")
    .description("carry out exactly the plan that --plan-out wrote; refused when the cluster has changed since")
    .argument("<file>", "what `cluster rebalance --plan-out FILE` wrote")
    .addHelpText("before", examples);
  addMoveOptions(command).action(async (file: string, flags: MoveFlags) => {
    shell.begin("cluster-apply", flags);
    const { apply } = await import("../../../commands/cluster/apply.js");
    return shell.report("cluster-apply", flags, (context) => apply(context, { ...moveOptionsOf(flags), file }));
  });
}

const examples = `Examples:
  cachectl cluster rebalance -p prod --by bytes --plan-out plan.json
  cachectl cluster apply plan.json -p prod --dry-run     what it would do, checked against the cluster as it is now
  cachectl cluster apply plan.json -p prod --yes
`;
