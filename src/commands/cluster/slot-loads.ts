import { collectSlotLoads } from "../../collect/slot-loads.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import type { SlotLoads } from "../../model/slot-loads.js";
import type { BalanceMeasure } from "../../model/slot-plan.js";
import type { Context } from "../context.js";
import type { OpenCluster } from "./open-cluster.js";

/** Long enough that a slot's load is not the chance of a moment. */
const opsSampleMs = 5_000;

/** What each slot carries: what is levelled, and what the estimates of keys and bytes rest on. Read-only; ends with the first signal. */
export async function slotLoads(
  context: Context,
  cluster: OpenCluster,
  { nodes }: ClusterTopology,
  by: BalanceMeasure,
): Promise<SlotLoads> {
  const sources = nodes.flatMap(({ id, role, slots, reachable }) => {
    const node = cluster.nodeOf(id);
    return role !== "primary" || !reachable || node === null || slots.length === 0 ? [] : [{ node, slots }];
  });
  context.progress.update(by === "ops" ? "Watching each slot's load" : "Counting each slot's keys");
  return collectSlotLoads(sources, { opsSampleMs: by === "ops" ? opsSampleMs : null }, context.clock);
}
