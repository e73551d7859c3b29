import type { ClusterTopology } from "../model/cluster-topology.js";
import { isRefusal, type PlanRefusal, type SlotPlan } from "../model/slot-plan.js";
import { weightsOf } from "./plan-members.js";
import { rebalanceLoads } from "./rebalance-loads.js";
import type { RebalanceOptions } from "./rebalance-options.js";
import { rebalanceSlots } from "./rebalance-slots.js";
import { refuseTopology } from "./refuse-topology.js";
import { refuse } from "./refuse.js";
import { countByOwner, slotMapOf, type SlotMap } from "./slot-map.js";

/**
 * Levels the primaries by weight with as few slots as that takes. Equal input gives an equal plan, in whatever order the
 * topology's nodes come; planning again after the plan was carried out gives a plan without moves.
 *
 * by slots: all or nothing. Within the threshold nothing moves, else everyone gets its exact share.
 * by keys, bytes, ops: until everyone is within the threshold, as far as whole slots allow; see `levelLoads`.
 */
export function planRebalance(topology: ClusterTopology, options: RebalanceOptions): SlotPlan | PlanRefusal {
  const { by, thresholdPercent } = options;
  const map = slotMapOf(topology);
  const unsettled = refuseTopology(topology, options, map.primaries);
  if (unsettled !== null) return unsettled;
  if (!Number.isFinite(thresholdPercent) || thresholdPercent < 0)
    return refuse("bad-threshold", `The threshold is ${thresholdPercent} %.`, "A threshold is 0 or a positive number.");
  const weights = weightsOf(map.primaries, topology.nodes, options);
  if (isRefusal(weights)) return weights;
  const participants = { map, weights, notes: leftOut(map, weights, options) };
  return by === "slots"
    ? rebalanceSlots(topology, options, participants)
    : rebalanceLoads(topology, { ...options, by }, participants);
}

function leftOut({ primaries, owners }: SlotMap, weights: readonly number[], options: RebalanceOptions): string[] {
  const counts = countByOwner(owners, primaries.length);
  const names = primaries
    .filter(({ id }, i) => counts[i] === 0 && weights[i] === 0 && options.weights[id] === undefined)
    .filter(({ id }) => !options.drain.includes(id))
    .map(({ address }) => address);
  if (names.length === 0) return [];
  return [`${names.join(", ")} has no slots and takes no part. Add --include-empty to give it its share.`];
}
