import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import { slotCount } from "../model/hash-slot.js";
import { isRefusal, type PlanRefusal, type SlotPlan } from "../model/slot-plan.js";
import { countSlots, formatRanges, rangesOf, slotsOf, type SlotRange } from "../model/slot-ranges.js";
import { assemblePlan } from "./assemble-plan.js";
import { pickSlots } from "./pick-slots.js";
import { placeOf, placesOf } from "./plan-members.js";
import type { SlotPlanOptions } from "./plan-options.js";
import { refuseTopology } from "./refuse-topology.js";
import { refuse } from "./refuse.js";
import { shareOut } from "./share-out.js";
import { countByOwner, nobody, slotMapOf, type SlotMap } from "./slot-map.js";

export interface ReshardOptions extends SlotPlanOptions {
  /** Ids; empty: every other primary that has slots. */
  from: readonly string[];
  /** Id. */
  to: string;
  /** How many, taken from the sources in proportion to what they have; or exactly these. */
  slots: number | readonly SlotRange[];
}

/** Gives slots to one primary: so many, or exactly those named. Equal input gives an equal plan. */
export function planReshard(topology: ClusterTopology, options: ReshardOptions): SlotPlan | PlanRefusal {
  const map = slotMapOf(topology);
  const to = placeOf(map.primaries, topology.nodes, options.to);
  if (typeof to !== "number") return to;
  const named = placesOf(map.primaries, topology.nodes, options.from);
  if (isRefusal(named)) return named;
  if (named.includes(to))
    return refuse("from-is-to", `${addressOf(map, to)} is source and target.`, "Name another source.");
  const sources = named.length > 0 ? named : [...map.primaries.keys()].filter((place) => place !== to);
  const unsettled = refuseTopology(topology, options, nodesAt(map, [to, ...sources]));
  if (unsettled !== null) return unsettled;
  const after =
    typeof options.slots === "number"
      ? giveSoMany(map, sources, to, options.slots)
      : giveThese(map, sources, to, options.slots);
  if (isRefusal(after)) return after;
  return assemblePlan(topology, options, {
    operation: "cluster-reshard",
    by: "slots",
    map,
    after,
    weights: map.primaries.map(() => 1),
    loads: loadsOf(map, after),
    notes: [],
  });
}

function giveSoMany(map: SlotMap, sources: readonly number[], to: number, slots: number): Int16Array | PlanRefusal {
  const counts = countByOwner(map.owners, map.primaries.length);
  const have = sources.map((place) => counts[place] ?? 0);
  const available = have.reduce((a, b) => a + b, 0);
  if (!Number.isInteger(slots) || slots < 1 || slots > available)
    return refuse(
      "bad-slot-count",
      `${slots} slots cannot be moved: the sources have ${available}.`,
      available === 0 ? "Name sources that have slots." : `Give a whole number from 1 to ${available}.`,
    );
  // A quota rounded up is never more than what there is, since what there is is a whole number.
  const shares = shareOut(slots, have, have);
  const flows = sources.map((from, i) => ({ from, to, slots: shares[i] ?? 0 }));
  return pickSlots(map.owners, flows);
}

function giveThese(
  { primaries, owners }: SlotMap,
  sources: readonly number[],
  to: number,
  ranges: readonly SlotRange[],
): Int16Array | PlanRefusal {
  const strange = ranges.find(([first, last]) => !isSlot(first) || !isSlot(last) || first > last);
  if (strange !== undefined || ranges.length === 0)
    return refuse(
      "bad-slots",
      strange === undefined ? "No slots are named." : `${strange.join("-")} is no range of slots.`,
      `Slots are numbers from 0 to ${slotCount - 1}, a range goes from the lower to the higher: 0-99,205.`,
    );
  const slots = slotsOf(ranges);
  const unowned = slots.filter((slot) => owners[slot] === nobody);
  if (unowned.length > 0)
    return refuse(
      "slots-uncovered",
      `Nobody owns ${countAndName(unowned)}.`,
      "cachectl cluster fix gives them an owner; until then they cannot be moved.",
    );
  const own = slots.filter((slot) => owners[slot] === to);
  if (own.length > 0)
    return refuse(
      "slots-of-target",
      `${primaries[to]?.address ?? "The target"} has ${countAndName(own)} already.`,
      "Leave them out.",
    );
  const others = slots.filter((slot) => !sources.includes(owners[slot] ?? nobody));
  if (others.length > 0)
    return refuse(
      "slots-of-others",
      `None of the sources owns ${countAndName(others)}.`,
      "Leave them out, or name their owner as a source too. Without --from every primary is one.",
    );
  const after = Int16Array.from(owners);
  for (const slot of slots) after[slot] = to;
  return after;
}

/** Long lists are cut: the first ranges are enough to see what is meant. */
const namedRanges = 5;

function countAndName(slots: readonly number[]): string {
  const ranges = rangesOf(slots);
  const more = ranges.length > namedRanges ? " and more" : "";
  const count = countSlots(ranges);
  return `${count === 1 ? "slot" : `${count} slots:`} ${formatRanges(ranges.slice(0, namedRanges))}${more}`;
}

function isSlot(slot: number): boolean {
  return Number.isInteger(slot) && slot >= 0 && slot < slotCount;
}

function loadsOf({ primaries, owners }: SlotMap, after: Int16Array) {
  const before = countByOwner(owners, primaries.length);
  const then = countByOwner(after, primaries.length);
  return (place: number) => ({
    loadBefore: before[place] ?? 0,
    loadAfter: then[place] ?? 0,
    loadWanted: null,
  });
}

function nodesAt({ primaries }: SlotMap, places: readonly number[]): ClusterNode[] {
  return primaries.filter((_, place) => places.includes(place));
}

function addressOf({ primaries }: SlotMap, place: number): string {
  return primaries[place]?.address ?? "";
}
