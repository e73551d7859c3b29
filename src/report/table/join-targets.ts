import type { Recommendation } from "../../model/report.js";

/** Recommendations of several targets that say the same, as the one entry that a person reads. */
export interface JoinedRecommendation extends Recommendation {
  places: { target: string; nodes: string[] }[];
}

const confidences = ["low", "medium", "high"] as const;

/**
 * Joins recommendations that differ only in target, nodes, evidence and commands: a fault of two hundred targets is one line to
 * read. Keeps the order of the first of each. The JSON is not joined: there each target stands for itself.
 */
export function joinTargets(recommendations: readonly Recommendation[]): JoinedRecommendation[] {
  const joined = new Map<string, JoinedRecommendation>();
  for (const item of recommendations) {
    const key = JSON.stringify([item.ruleId, item.priority, item.issue, item.action]);
    const place = { target: item.target, nodes: item.nodes };
    const first = joined.get(key);
    joined.set(key, first === undefined ? { ...item, places: [place] } : join(first, item, place));
  }
  return [...joined.values()];
}

function join(
  first: JoinedRecommendation,
  item: Recommendation,
  place: JoinedRecommendation["places"][number],
): JoinedRecommendation {
  const confidence = Math.min(confidences.indexOf(first.confidence), confidences.indexOf(item.confidence));
  return {
    ...first,
    confidence: confidences[confidence] ?? first.confidence,
    nodes: [...first.nodes, ...item.nodes],
    evidence: [...first.evidence, ...item.evidence],
    commands: [...first.commands, ...item.commands],
    places: [...first.places, place],
  };
}
