import type { BalanceMeasure } from "../model/slot-plan.js";
import type { SlotPlanOptions } from "./plan-options.js";
import type { SlotMap } from "./slot-map.js";

export interface RebalanceOptions extends SlotPlanOptions {
  by: BalanceMeasure;
  /** Id → weight; 1 where nothing is said. 0: gives everything away. */
  weights: Record<string, number>;
  /** Primaries without slots get their share too. Those with a weight of their own do so anyway. */
  includeEmpty: boolean;
  /** Ids of primaries that give everything away. */
  drain: readonly string[];
  /** No move while every primary is within this much of its share. Percent, 0 and more. */
  thresholdPercent: number;
}

/** Arrays are by the primaries' places. */
export interface Participants {
  map: SlotMap;
  weights: readonly number[];
  notes: readonly string[];
}
