import { runRules } from "../../src/analyze/run-rules.js";
import { allRules } from "../../src/analyze/rules/index.js";
import type { Evidence, Judgement } from "../../src/model/finding.js";
import type { Recommendation } from "../../src/model/report.js";
import { analysisReport } from "../../src/report/build-report.js";
import { observeLive, type LiveOptions } from "./live.js";

type Address = { host: string; port: number };

/** What the report says of one rule about real servers. A rule that did not find anything is an error that says what it did. */
export async function findingsOf(
  servers: Address | Address[],
  ruleId: string,
  options?: LiveOptions,
): Promise<[Recommendation, ...Recommendation[]]> {
  const { recommendations, judgements } = await judgeLive(servers, ruleId, options);
  const [first, ...rest] = recommendations;
  if (first === undefined)
    throw new Error(`${ruleId} found nothing: ${judgements.map(describe).join("; ") || "not judged"}`);
  return [first, ...rest];
}

/** The only finding of a rule: several at once would make a test prove less than it says. */
export async function findingOf(
  servers: Address | Address[],
  ruleId: string,
  options?: LiveOptions,
): Promise<Recommendation> {
  const [finding, ...more] = await findingsOf(servers, ruleId, options);
  if (more.length > 0)
    throw new Error(`${ruleId} found more than one: ${[finding, ...more].map(({ issue }) => issue).join("; ")}`);
  return finding;
}

/** `healthy` is a judgement on facts that were seen; a rule that could not look says so instead. */
export async function outcomeOf(
  servers: Address | Address[],
  ruleId: string,
  options?: LiveOptions,
): Promise<Judgement["outcome"]> {
  const { judgements } = await judgeLive(servers, ruleId, options);
  const [first] = judgements;
  if (first === undefined) throw new Error(`${ruleId} was not judged`);
  return first.outcome;
}

/** Evidence by the name of the fact. */
export function measured(recommendation: Recommendation): Record<string, Evidence["value"]> {
  return Object.fromEntries(recommendation.evidence.map(({ fact, value }) => [fact, value]));
}

/** All rules run, as they do for a user, so that a broken neighbour shows here too. */
async function judgeLive(servers: Address | Address[], ruleId: string, options: LiveOptions = {}) {
  const observation = await observeLive([servers].flat(), { sampleMs: 50, ...options });
  const analysis = runRules(observation, allRules);
  const report = analysisReport({ observation, analysis, startedAt: observation.observedAt, durationMs: 0 });
  return {
    recommendations: report.recommendations.filter((recommendation) => recommendation.ruleId === ruleId),
    judgements: analysis.judgements.filter((judgement) => judgement.ruleId === ruleId),
  };
}

function describe({ node, outcome, reason }: Judgement): string {
  return `${node ?? "the target"} ${outcome}${reason === null ? "" : ` (${reason})`}`;
}
