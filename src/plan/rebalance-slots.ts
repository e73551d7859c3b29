import type { ClusterTopology } from "../model/cluster-topology.js";
import type { SlotPlan } from "../model/slot-plan.js";
import { assemblePlan } from "./assemble-plan.js";
import { matchSurplus } from "./match-surplus.js";
import { pickSlots } from "./pick-slots.js";
import type { Participants, RebalanceOptions } from "./rebalance-options.js";
import { quotas, shareOut } from "./share-out.js";
import { countByOwner } from "./slot-map.js";

/** By number of slots. Exactly the sum of what the primaries have too much is moved. */
export function rebalanceSlots(
  topology: ClusterTopology,
  options: RebalanceOptions,
  { map, weights, notes }: Participants,
): SlotPlan {
  const have = countByOwner(map.owners, map.primaries.length);
  const total = have.reduce((a, b) => a + b, 0);
  const settled = isLevel(have, quotas(total, weights), options.thresholdPercent);
  const wanted = settled ? have : shareOut(total, weights, have);
  const after = settled ? map.owners : pickSlots(map.owners, matchSurplus(have, wanted));
  const nothing = `Every primary is within ${options.thresholdPercent} % of its share: nothing to move.`;
  return assemblePlan(topology, options, {
    operation: "cluster-rebalance",
    by: "slots",
    map,
    after,
    weights,
    loads: (place) => ({
      loadBefore: have[place] ?? 0,
      loadAfter: wanted[place] ?? 0,
      loadWanted: quotas(total, weights)[place] ?? 0,
    }),
    notes: settled ? [...notes, nothing] : notes,
  });
}

/** A part of a slot cannot be moved, so less than one is no deviation; those who are to have none must have none. */
function isLevel(have: readonly number[], due: readonly number[], thresholdPercent: number): boolean {
  return have.every((slots, i) => {
    const quota = due[i] ?? 0;
    const off = Math.abs(slots - quota);
    return quota === 0 ? slots === 0 : off < 1 || off <= (quota * thresholdPercent) / 100;
  });
}
