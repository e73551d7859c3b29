import { allRules } from "./rules/index.js";

/** Rule id → the thresholds that a profile may change. */
export function knownRules(): ReadonlyMap<string, readonly string[]> {
  return new Map(allRules.map(({ id, thresholds }) => [id, Object.keys(thresholds ?? {})]));
}
