import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import type { BalanceMeasure, PlanRefusal, SlotPlan } from "../model/slot-plan.js";
import { assemblePlan } from "./assemble-plan.js";
import { boundsOf, type Bounds } from "./load-bounds.js";
import { levelLoads } from "./level-loads.js";
import type { Participants, RebalanceOptions } from "./rebalance-options.js";
import { refuse } from "./refuse.js";
import { sumByOwner } from "./slot-map.js";

type LoadMeasure = Exclude<BalanceMeasure, "slots">;

/** By what the slots carry. */
export function rebalanceLoads(
  topology: ClusterTopology,
  options: RebalanceOptions & { by: LoadMeasure },
  { map, weights, notes }: Participants,
): SlotPlan | PlanRefusal {
  const { by, loads, thresholdPercent } = options;
  const { primaries, owners } = map;
  const load = loads?.[by];
  if (load?.ok !== true) return unknownLoad(by, load?.reason ?? "they were not collected");
  const { perSlot, how } = load.value;
  const before = sumByOwner(owners, primaries.length, perSlot);
  const total = before.reduce((a, b) => a + b, 0);
  if (total === 0) return refuse("nothing-to-level", `The slots carry no ${by} at all.`, "Level by slots: --by slots.");
  const bounds = boundsOf(total, weights, thresholdPercent);
  const after = levelLoads({ owners, perSlot, bounds });
  const then = sumByOwner(after, primaries.length, perSlot);
  return assemblePlan(topology, options, {
    operation: "cluster-rebalance",
    by,
    map,
    after,
    weights,
    loads: (place) => ({
      loadBefore: before[place] ?? 0,
      loadAfter: then[place] ?? 0,
      loadWanted: bounds[place]?.wanted ?? 0,
    }),
    notes: [
      ...notes,
      how,
      ...(after.every((owner, slot) => owner === owners[slot]) ? [nothingNote(before, bounds, thresholdPercent)] : []),
      ...offNotes(primaries, then, bounds, thresholdPercent),
      ...heavySlotNotes(perSlot, bounds, total, by),
    ],
  });
}

const nextSteps: Record<LoadMeasure, string> = {
  keys: "Mend what is named, or level by slots: --by slots.",
  bytes: "Mend what is named, or level by keys: --by keys.",
  ops: "Redis 8.2 and Valkey 8.0 count CPU time per slot after CONFIG SET cluster-slot-stats-enabled yes on every primary; else level by keys: --by keys.",
};

function unknownLoad(by: LoadMeasure, reason: string): PlanRefusal {
  return refuse("load-unknown", `The ${by} of each slot are not known: ${reason}.`, nextSteps[by]);
}

function nothingNote(load: readonly number[], bounds: readonly Bounds[], thresholdPercent: number): string {
  return bounds.every(({ lower, upper }, i) => (load[i] ?? 0) >= lower && (load[i] ?? 0) <= upper)
    ? `Every primary is within ${thresholdPercent} % of its share: nothing to move.`
    : "No single slot brings two primaries closer to their shares: nothing to move.";
}

function offNotes(
  primaries: readonly ClusterNode[],
  load: readonly number[],
  bounds: readonly Bounds[],
  thresholdPercent: number,
): string[] {
  return primaries.flatMap(({ address }, i) => {
    const { wanted, lower, upper } = bounds[i] ?? { wanted: 0, lower: 0, upper: 0 };
    const has = load[i] ?? 0;
    if (wanted === 0 || (has >= lower && has <= upper)) return [];
    const percent = ((Math.abs(has - wanted) / wanted) * 100).toPrecision(2);
    const side = has > wanted ? "above" : "below";
    return [
      `${address} stays ${Number(percent)} % ${side} its share, more than the ${thresholdPercent} % allowed: no further slot brings it closer.`,
    ];
  });
}

/** At most this many are named; the first is what matters. */
const namedSlots = 3;

function heavySlotNotes(
  perSlot: readonly number[],
  bounds: readonly Bounds[],
  total: number,
  by: LoadMeasure,
): string[] {
  const largest = bounds.reduce((most, { upper }) => Math.max(most, upper), 0);
  const heavy = [...perSlot.entries()].filter(([, load]) => load > largest).sort(([a, x], [b, y]) => y - x || a - b);
  return heavy
    .slice(0, namedSlots)
    .map(
      ([slot, load]) =>
        `Slot ${slot} alone carries ${Number(((load / total) * 100).toPrecision(2))} % of all ${by}, more than any primary's share: only other key names (hash tags) can spread it.`,
    );
}
