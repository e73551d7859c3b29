import type { BalanceMeasure } from "../../model/slot-plan.js";
import type { Report } from "../../model/report.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import { findPrimary } from "../../plan/find-member.js";
import { planRebalance } from "../../plan/plan-rebalance.js";
import type { Context } from "../context.js";
import { changeSlots, type SlotChangeOptions } from "./change-slots.js";
import { slotLoads } from "./slot-loads.js";
import { orThrow } from "./throw-refusal.js";

export interface RebalanceVerbOptions extends SlotChangeOptions {
  by: BalanceMeasure;
  /** As the user names them, with their weight. */
  weights: readonly (readonly [node: string, weight: number])[];
  includeEmpty: boolean;
  drain: readonly string[];
  thresholdPercent: number;
}

/** `cachectl cluster rebalance`: levels the primaries by slots, keys, bytes or operations with the fewest moves. Writes. */
export function rebalance(context: Context, options: RebalanceVerbOptions): Promise<Report> {
  const { by, weights, includeEmpty, drain, thresholdPercent } = options;
  return changeSlots(context, options, {
    operation: "cluster-rebalance",
    loads: (cluster, topology) => slotLoads(context, cluster, topology, by),
    plan: ({ profile }, topology, loads) =>
      planRebalance(topology, {
        ...{ target: profile.identity.name, by, includeEmpty, thresholdPercent, loads },
        weights: Object.fromEntries(weights.map(([node, weight]) => [primaryId(topology, node), weight])),
        drain: drain.map((node) => primaryId(topology, node)),
      }),
  });
}

/** @throws CachectlError usage when no primary is called so */
export function primaryId(topology: ClusterTopology, node: string): string {
  return orThrow(findPrimary(topology, node)).id;
}
