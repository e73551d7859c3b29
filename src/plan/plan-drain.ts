import type { ClusterTopology } from "../model/cluster-topology.js";
import { isRefusal, type PlanRefusal, type SlotPlan } from "../model/slot-plan.js";
import { assemblePlan } from "./assemble-plan.js";
import { matchSurplus } from "./match-surplus.js";
import { pickSlots } from "./pick-slots.js";
import { placesOf, weightsOf } from "./plan-members.js";
import type { SlotPlanOptions } from "./plan-options.js";
import { refuseTopology } from "./refuse-topology.js";
import { quotas, shareOut } from "./share-out.js";
import { countByOwner, slotMapOf } from "./slot-map.js";

export interface DrainOptions extends SlotPlanOptions {
  /** Ids of the primaries that give everything away. */
  nodes: readonly string[];
  /** Id → weight of those who take; 1 where nothing is said, 0: takes nothing. */
  weights?: Record<string, number>;
  /** Primaries without slots take too; those with a weight of their own do so anyway. */
  includeEmpty?: boolean;
}

/**
 * Gives away all slots of the named primaries, and no others: those who have least for their weight are filled up first. Equal
 * input gives an equal plan. Its `operation` is `cluster-del-node` unless another is given.
 */
export function planDrain(topology: ClusterTopology, options: DrainOptions): SlotPlan | PlanRefusal {
  const map = slotMapOf(topology);
  const { primaries, owners } = map;
  const drained = placesOf(primaries, topology.nodes, options.nodes);
  if (isRefusal(drained)) return drained;
  const { weights = {}, includeEmpty = false } = options;
  const takers = weightsOf(primaries, topology.nodes, { weights, includeEmpty, drain: options.nodes });
  if (isRefusal(takers)) return takers;
  const involved = primaries.filter((_, i) => drained.includes(i) || (takers[i] ?? 0) > 0);
  const unsettled = refuseTopology(topology, options, involved);
  if (unsettled !== null) return unsettled;

  const have = countByOwner(owners, primaries.length);
  const wanted = fillUp(have, takers, drained);
  return assemblePlan(topology, options, {
    operation: "cluster-del-node",
    by: "slots",
    map,
    after: pickSlots(owners, matchSurplus(have, wanted)),
    weights: takers,
    loads: (place) => ({
      loadBefore: have[place] ?? 0,
      loadAfter: wanted[place] ?? 0,
      loadWanted: wanted[place] ?? 0,
    }),
    notes: drained.every((place) => have[place] === 0) ? ["There is no slot to give away: nothing to move."] : [],
  });
}

const rounding = 1e-9;

/** Like water: those who have more for their weight than the common level keep what they have, the others reach it. */
function fillUp(have: readonly number[], weights: readonly number[], drained: readonly number[]): number[] {
  const wanted = have.map((slots, i) => (drained.includes(i) ? 0 : slots));
  const given = drained.reduce((sum, place) => sum + (have[place] ?? 0), 0);
  let below = [...have.keys()].filter((i) => (weights[i] ?? 0) > 0);
  // Each round that does not end it takes at least one away, and the one with the least for its weight stays.
  for (;;) {
    const total = below.reduce((sum, i) => sum + (have[i] ?? 0), given);
    const taking = below.map((i) => weights[i] ?? 0);
    const level = quotas(total, taking);
    const staying = below.filter((i, at) => (have[i] ?? 0) <= (level[at] ?? 0) + rounding);
    if (staying.length === below.length) {
      const shares = shareOut(
        total,
        taking,
        below.map((i) => have[i] ?? 0),
      );
      for (const [at, i] of below.entries()) wanted[i] = shares[at] ?? 0;
      return wanted;
    }
    below = staying;
  }
}
