import type { ClusterObstacle } from "../model/cluster-topology.js";
import type { SlotLoads } from "../model/slot-loads.js";

/** What every planner of slot moves takes. */
export interface SlotPlanOptions {
  /** Name of the target, for the plan. */
  target: string;
  /** The verb's words joined by hyphens; each planner has its own default. */
  operation?: string;
  /** For the estimates of keys and bytes, and for levelling by them; null: estimated from each primary's totals where they are known. */
  loads: SlotLoads | null;
  /** Obstacles that the caller has dealt with. All others refuse the plan. */
  tolerated?: readonly ClusterObstacle["code"][];
}
