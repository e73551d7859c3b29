import { priorities, type Judgement, type Priority } from "../model/finding.js";
import type { Observation } from "../model/observation.js";
import type { Coverage, Recommendation } from "../model/report.js";
import { formatCount, formatDuration } from "./format-value.js";

/** The verdict in one line: what was found, who answered, how rates were measured. The verdict's word stands before it. */
export function analysisSummary(
  recommendations: readonly Recommendation[],
  coverage: Coverage,
  observation: Observation,
): string {
  const unjudged = coverage.rules.cannotJudge;
  const sentences = [
    `${findingCounts(recommendations, unjudged > 0)}.`,
    `${answered(coverage, observation)}.`,
    ...(unjudged > 0 ? [`${formatCount(unjudged)} ${plural(unjudged, "check")} could not be judged.`] : []),
    observation.sampleSeconds > 0
      ? `Rates over ${formatDuration(observation.sampleSeconds)}.`
      : "Judged since server start.",
  ];
  return sentences.join(" ");
}

/** Sentences on what the run did not see and what its numbers mean. */
export function analysisNotes(observation: Observation, judgements: readonly Judgement[]): string[] {
  const sinceStart =
    "One sample was taken: shares such as the hit rate are averages since each server started, and rates per second are not known. Take two with --sample 5s.";
  return [
    ...discoveryNotes(observation),
    ...(observation.sampleSeconds > 0 ? [] : [sinceStart]),
    ...healthyRules(judgements),
  ];
}

/** What discovery could not find out, under the target's name where there are several. */
export function discoveryNotes({ targets }: Observation): string[] {
  return targets.flatMap(({ target, discoveryGaps }) =>
    discoveryGaps.map((gap) => (targets.length > 1 ? `${target.name}: ${gap}` : gap)),
  );
}

/** `2 critical, 1 high`: only the priorities that occur, the most urgent first. */
export function findingCounts(recommendations: readonly Recommendation[], incomplete: boolean): string {
  const counts = priorities.toReversed().flatMap((priority: Priority) => {
    const count = recommendations.filter((item) => item.priority === priority).length;
    return count === 0 ? [] : [`${count} ${priority}`];
  });
  if (counts.length > 0) return counts.join(", ");
  return incomplete ? "Nothing found in what could be judged" : "Nothing to do";
}

function answered({ nodes }: Coverage, { targets }: Observation): string {
  const [only] = targets;
  const where = targets.length === 1 && only !== undefined ? only.target.name : `${targets.length} targets`;
  if (nodes.total === 0) return `No node was found in ${where}`;
  if (nodes.total === 1 && nodes.answered === 0) return `The node of ${where} did not answer`;
  if (nodes.answered === 0) return `None of ${nodes.total} nodes of ${where} answered`;
  if (nodes.answered < nodes.total) return `${nodes.answered} of ${nodes.total} nodes of ${where} answered`;
  if (nodes.total === 2) return `Both nodes of ${where} answered`;
  return nodes.total === 1 ? `The node of ${where} answered` : `All ${nodes.total} nodes of ${where} answered`;
}

/** A rule is healthy when it was judged somewhere and found nothing anywhere. */
export function healthyRules(judgements: readonly Judgement[]): string[] {
  const idsWith = (outcome: Judgement["outcome"]) =>
    new Set(judgements.filter((judgement) => judgement.outcome === outcome).map(({ ruleId }) => ruleId));
  const found = idsWith("finding");
  const unjudged = idsWith("cannot-judge");
  const healthy = [...idsWith("healthy")].filter((ruleId) => !found.has(ruleId));
  if (healthy.length === 0) return [];
  const where = healthy.some((ruleId) => unjudged.has(ruleId)) ? "wherever they could be judged" : "on every node";
  return [`${healthy.length} ${plural(healthy.length, "rule")} healthy ${where}.`];
}

export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
