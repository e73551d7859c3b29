import type { PolicyChoice, Reason } from "../../model/eviction-advice.js";
import type { Confidence, Priority } from "../../model/finding.js";
import { chooseAlgorithm } from "./choose-algorithm.js";
import { chooseScope, isInert, type ScopeChoice } from "./choose-scope.js";
import { common, evidenceOf, targetEvidence, type TargetView } from "./target-view.js";

/** Below half of the limit, a month of steady growth is no emergency, and a policy acts on nothing. */
export const roomyPercent = 50;

/** memory-near-limit's thresholds: from the first on the policy is about to act, at the second it does. */
const nearPercent = 80;
const fullPercent = 90;

/** Which eviction policy this data should have, and why. Pure. */
export function choosePolicy(view: TargetView): PolicyChoice {
  const current = common(view.nodes.map(({ policy }) => policy));
  const scope = chooseScope(view, current);
  if (scope.scope === "unknown") return choice(current, null, "low", null, scope.reasons);
  if (scope.scope === "current") return choice(current, current, scope.confidence, null, scope.reasons);
  if (mayStay(view, scope, current)) {
    return choice(current, current, "high", null, [nothingActs(view, current)]);
  }
  const { algorithm, reasons, confidence } = chooseAlgorithm(view, current);
  const chosen = scope.scope === "none" ? "noeviction" : `${scope.scope}-${algorithm}`;
  const all = scope.scope === "none" ? scope.reasons : [...scope.reasons, ...reasons];
  const weaker = scope.scope !== "none" && confidence === "low" ? "low" : scope.confidence;
  return choice(current, chosen, weaker, chosen === current ? null : urgency(view, current, chosen), all);
}

function choice(
  current: string | null,
  chosen: string | null,
  confidence: Confidence,
  priority: Priority | null,
  reasons: Reason[],
): PolicyChoice {
  return { current, chosen, confidence, priority, reasons };
}

/** A policy that does not act needs no change, unless it is one that would lose what must not be lost the day it does. */
function mayStay(view: TargetView, { scope }: ScopeChoice, current: string | null): boolean {
  if (current === null || view.keys === 0) return false;
  if (scope === "none" && current !== "noeviction") return false;
  return view.fillPercent !== null && view.fillPercent < roomyPercent && (view.evictionsPerSecond ?? 0) === 0;
}

function nothingActs(view: TargetView, current: string | null): Reason {
  return {
    because: `The data fills less than half of maxmemory and nothing is evicted, so ${current ?? "the policy"} does not act: a change would change nothing.`,
    evidence: [targetEvidence(view, "fullest primary", view.fillPercent), ...memoryEvidence(view)],
  };
}

function memoryEvidence(view: TargetView): Reason["evidence"] {
  return [
    ...evidenceOf(view, "memory that counts", ({ usedBytes }) => usedBytes, "bytes"),
    ...evidenceOf(view, "maxmemory", ({ maxmemoryBytes }) => maxmemoryBytes, "bytes"),
  ];
}

function urgency(view: TargetView, current: string | null, chosen: string): Priority {
  const fill = view.fillPercent ?? 0;
  const loses = current?.startsWith("allkeys-") === true && !chosen.startsWith("allkeys-");
  if (loses) return (view.evictionsPerSecond ?? 0) > 0 || fill >= fullPercent ? "high" : "medium";
  const refuses = current === "noeviction" || isInert(view, current);
  if (refuses && chosen !== "noeviction") {
    if ((view.refusedWrites ?? 0) > 0 || fill >= fullPercent) return "high";
    return fill >= nearPercent ? "medium" : "low";
  }
  return fill >= nearPercent ? "medium" : "low";
}
