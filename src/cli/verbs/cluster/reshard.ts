import { InvalidArgumentError, type Command } from "commander";
import { CachectlError } from "../../../model/errors.js";
import { slotCount } from "../../../model/hash-slot.js";
import { rangesOf, slotsOf, type SlotRange } from "../../../model/slot-ranges.js";
import { positiveCount } from "../../numbers.js";
import type { Shell } from "../../shell.js";
import { addMoveOptions, addPlanOut, moveOptionsOf, type MoveFlags } from "./move-options.js";
import { addNames } from "./rebalance.js";

interface ReshardFlags extends MoveFlags {
  from: string[];
  to: string;
  slots?: number;
  slotRanges?: SlotRange[];
}

export function addClusterReshard(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("reshard")
    .description("move so many slots, or exactly these, to one primary")
    .requiredOption("--from <node>", "primaries that give, a comma list; `all`: every other one", addNames)
    .requiredOption("--to <node>", "the primary that takes")
    .option("--slots <count>", "how many, from each source in proportion to what it has", positiveCount)
    .option("--slot-ranges <ranges>", "exactly these, such as 0-99,205", slotRanges)
    .addHelpText("before", examples);
  addMoveOptions(addPlanOut(command)).action(async (flags: ReshardFlags) => {
    shell.begin("cluster-reshard", flags);
    const options = { ...moveOptionsOf(flags), from: sources(flags.from), to: flags.to, slots: whichSlots(flags) };
    const { reshard } = await import("../../../commands/cluster/reshard.js");
    return shell.report("cluster-reshard", flags, (context) => reshard(context, options));
  });
}

function sources(from: string[]): string[] {
  if (!from.includes("all")) return from;
  if (from.length === 1) return [];
  throw new CachectlError(
    "usage",
    "from-all-and-others",
    "--from all already means every primary",
    "Leave out the others.",
  );
}

function whichSlots({ slots, slotRanges: ranges }: ReshardFlags): number | SlotRange[] {
  if (slots !== undefined && ranges === undefined) return slots;
  if (ranges !== undefined && slots === undefined) return ranges;
  throw new CachectlError(
    "usage",
    "which-slots",
    slots === undefined ? "nothing says which slots are to move" : "--slots and --slot-ranges are both given",
    "Give one of --slots COUNT and --slot-ranges 0-99,205.",
  );
}

/** For commander. */
function slotRanges(text: string): SlotRange[] {
  const ranges = text.split(",").map((part): SlotRange => {
    const match = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part);
    const first = Number(match?.[1] ?? Number.NaN);
    const last = Number(match?.[2] ?? first);
    if (!(first <= last && last < slotCount))
      throw new InvalidArgumentError("Write slots from 0 to 16383 as 7, 0-99 or 0-99,205.");
    return [first, last];
  });
  return rangesOf(ranges.flatMap((range) => slotsOf([range])));
}

const examples = `Examples:
  cachectl cluster reshard -p prod --from all --to 10.0.0.9:6379 --slots 1000 --dry-run
  cachectl cluster reshard -p prod --from 10.0.0.5:6379,10.0.0.6:6379 --to 10.0.0.9:6379 --slots 500
  cachectl cluster reshard -p prod --from 10.0.0.5:6379 --to 10.0.0.9:6379 --slot-ranges 0-99,205
`;
