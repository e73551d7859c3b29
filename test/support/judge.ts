import { runRules } from "../../src/analyze/run-rules.js";
import type { Rule } from "../../src/analyze/rule.js";
import type { Finding, Judgement } from "../../src/model/finding.js";
import type { TargetIdentity } from "../../src/model/node.js";
import type { ObservedNode } from "../../src/model/observation.js";
import { observationOf } from "./facts.js";

export interface Verdict {
  findings: Finding[];
  /** The outcome on the first judged node or target, and its reason. */
  outcome: Judgement["outcome"];
  reason: string | null;
  judgements: Judgement[];
}

/** Runs one rule over the given nodes of one target. */
export function judge(rule: Rule, nodes: ObservedNode | ObservedNode[], target: Partial<TargetIdentity> = {}): Verdict {
  const { findings, judgements } = runRules(observationOf([nodes].flat(), target), [rule]);
  const first = judgements[0];
  if (first === undefined) throw new Error(`${rule.id} applies to none of these nodes`);
  return { findings, outcome: first.outcome, reason: first.reason, judgements };
}
