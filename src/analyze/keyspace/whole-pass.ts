import type { Confidence, Evidence, EvidenceUnit } from "../../model/finding.js";
import type { Figure, ScanFacts } from "../../model/keyspace.js";
import type { TargetIdentity } from "../../model/node.js";

/** Where evidence stands that adds up every node of a pass: on its one node, else on the target. */
export interface WholePass {
  /** For a draft's `nodes`. */
  nodes: string[];
  evidence: (fact: string, value: Evidence["value"], unit: EvidenceUnit) => Evidence;
}

export function wholePass({ nodes }: ScanFacts, target: TargetIdentity): WholePass {
  const [first] = nodes;
  const place = nodes.length === 1 && first !== undefined ? first.node : target.name;
  return {
    nodes: nodes.map(({ node }) => node),
    evidence: (fact, value, unit) => ({ node: place, fact, value, unit }),
  };
}

/**
 * How sure it is that `part` is more than `percent` of `whole`. low: the interval of a sample reaches below the threshold.
 * medium: a part of the keys was not seen.
 */
export function shareConfidence(part: Figure, whole: number, percent: number, { gaps }: ScanFacts): Confidence {
  if (100 * (part.value - part.plusMinus) <= percent * whole) return "low";
  return gaps.length > 0 ? "medium" : "high";
}
