import { InvalidArgumentError, Option, type Command } from "commander";
import type { RebalanceVerbOptions } from "../../../commands/cluster/rebalance.js";
import type { Shell } from "../../shell.js";
import { addMoveOptions, addPlanOut, moveOptionsOf, type MoveFlags } from "./move-options.js";

interface RebalanceFlags extends MoveFlags {
  by: RebalanceVerbOptions["by"];
  weight?: [node: string, weight: number][];
  includeEmpty?: boolean;
  drain?: string[];
  threshold: number;
}

export function addClusterRebalance(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("rebalance")
    .description("level the primaries by slots, keys, bytes or operations, with as few moves as that takes")
    .addOption(
      new Option("--by <measure>", "what is levelled").choices(["slots", "keys", "bytes", "ops"]).default("slots"),
    )
    .option(
      "--weight <node=weight>",
      "its share beside the others' 1; 0 gives everything away; may be repeated",
      addWeight,
    )
    .option("--include-empty", "primaries without slots get their share too")
    .option("--drain <node>", "this primary gives everything away; may be repeated, comma list", addNames)
    .addOption(
      new Option("--threshold <percent>", "move nothing while every primary is this close to its share")
        .argParser(percent)
        .default(2, "2%"),
    )
    .addHelpText("before", examples);
  addMoveOptions(addPlanOut(command)).action(async (flags: RebalanceFlags) => {
    shell.begin("cluster-rebalance", flags);
    const { rebalance } = await import("../../../commands/cluster/rebalance.js");
    const options = {
      ...moveOptionsOf(flags),
      ...{ by: flags.by, weights: flags.weight ?? [], drain: flags.drain ?? [] },
      ...{ includeEmpty: flags.includeEmpty === true, thresholdPercent: flags.threshold },
    };
    return shell.report("cluster-rebalance", flags, (context) => rebalance(context, options));
  });
}

/** For commander: a comma list that may be repeated. */
export function addNames(text: string, list: string[] = []): string[] {
  return [...list, ...text.split(",").map((name) => name.trim())];
}

/** The last `=` counts: nothing in an address or id has one, but a name may. */
function addWeight(text: string, list: [string, number][] = []): [string, number][] {
  const equals = text.lastIndexOf("=");
  const weight = text.slice(equals + 1);
  if (equals < 1 || !/^\d+(\.\d+)?$/.test(weight))
    throw new InvalidArgumentError("Write a weight as node=number, such as 10.0.0.5:6379=2.");
  return [...list, [text.slice(0, equals), Number(weight)]];
}

function percent(text: string): number {
  if (!/^\d{1,3}(\.\d+)?%?$/.test(text)) throw new InvalidArgumentError("Write a percentage such as 2 or 2.5%.");
  return Number.parseFloat(text);
}

const examples = `Examples:
  cachectl cluster rebalance -p prod --dry-run             show what would move, and change nothing
  cachectl cluster rebalance -p prod --include-empty       after add-node: the newcomer gets its share
  cachectl cluster rebalance -p prod --by bytes            level memory instead of slots
  cachectl cluster rebalance -p prod --weight 10.0.0.9:6379=2
  cachectl cluster rebalance -p prod --drain 10.0.0.5:6379 --yes
  cachectl cluster rebalance -p prod --plan-out plan.json  for \`cluster apply plan.json -p prod\`
`;
