import type { SlotPlan } from "../model/slot-plan.js";

export interface TimeEstimate {
  lowSeconds: number;
  highSeconds: number;
  /** What it rests on, as a sentence. */
  basis: string;
}

/** Null where the plan does not know its keys and bytes. */
export function estimateSeconds(_plan: SlotPlan): TimeEstimate | null {
  return null;
}
