import type { PlanRefusal } from "../model/slot-plan.js";

/** @param message a sentence with its full stop · @param hint the next step, a sentence too */
export function refuse(code: string, message: string, hint: string): PlanRefusal {
  return { refused: true, code, message, hint };
}
