import type { EvictionAdvice, MemcachedAdvice } from "../../model/eviction-advice.js";
import { comparePriority, type Judgement } from "../../model/finding.js";
import type { KeySample } from "../../model/key-sample.js";
import type { Observation, ObservedTarget } from "../../model/observation.js";
import type { Report } from "../../model/report.js";
import { coverageOf } from "../coverage.js";
import { nodeMetrics } from "../node-metrics.js";
import { findingCounts } from "../summary.js";
import { statusOf, targetReport } from "../target-reports.js";
import { totalMetrics } from "../total-metrics.js";
import { verbReport } from "../verb-report.js";
import { adviceRecommendations, ruleIds } from "./advice-recommendations.js";
import { adviceSections } from "./advice-sections.js";
import { memcachedRecommendations, memcachedSections } from "./memcached-advice.js";
import { limitText } from "./limit-text.js";

/** What was seen of one target, and what follows. */
export type AdvisedTarget =
  | { kind: "redis"; observed: ObservedTarget; advice: EvictionAdvice; sample: KeySample }
  | { kind: "memcached"; observed: ObservedTarget; advice: MemcachedAdvice };

interface RecommendRun {
  targets: readonly AdvisedTarget[];
  sampleSeconds: number;
  version: string;
  /** ISO 8601. */
  observedAt: string;
  startedAt: string;
  durationMs: number;
}

/**
 * The report of `cachectl evict-policy recommend`. Pure. The ids of its sections and their columns are part of the JSON contract
 * (docs/evict-recommend.md).
 *
 * failed: no node answered. partial: a node did not answer, the login may not ask what the choice rests on, or there is no choice.
 */
export function recommendReport({ targets, sampleSeconds, version, observedAt, ...frame }: RecommendRun): Report {
  const observation: Observation = {
    ...{ schemaVersion: 1, tool: { name: "cachectl", version } },
    ...{ observedAt, sampleSeconds, targets: targets.map(({ observed }) => observed) },
  };
  const coverage = coverageOf(observation, targets.flatMap(judgementsOf));
  const { total, answered } = coverage.nodes;
  const several = targets.length > 1;
  const recommendations = targets
    .flatMap((one) => (one.kind === "redis" ? adviceRecommendations(one) : memcachedRecommendations(one)))
    .sort((a, b) => comparePriority(b.priority, a.priority));
  const measured = targets.flatMap(({ observed }) =>
    observed.nodes.map((node) => ({ observed: node, metrics: nodeMetrics(node, observed) })),
  );
  const incomplete = new Set(targets.filter(isIncomplete).map(({ observed }) => observed));
  return {
    ...verbReport({
      ...{ version, ...frame, coverage, recommendations },
      operation: "evict-policy-recommend",
      status: statusOf(total, answered, incomplete.size > 0),
      summary: [
        `${findingCounts(recommendations, coverage.rules.cannotJudge > 0)}.`,
        ...targets.map((one) => verdictText(one, several)),
      ].join(" "),
      targets: targets.map(({ observed }) =>
        targetReport(
          observed,
          observed.nodes.map((node) => nodeMetrics(node, observed)),
          (nodes, reached) => statusOf(nodes, reached, incomplete.has(observed)),
        ),
      ),
      sections: targets.flatMap((one) =>
        one.kind === "redis" ? adviceSections(one, several) : memcachedSections(one, several),
      ),
      notes: targets.flatMap((one) => (one.kind === "redis" ? [sampleNote(one, several)] : [])),
    }),
    metrics: totalMetrics(measured),
  };
}

/** Whether there is a choice counts as a rule, so that a gate is not passed by what could not be said. */
function judgementsOf(one: AdvisedTarget): Judgement[] {
  const target = one.observed.target.name;
  if (one.kind === "memcached") {
    const unread = one.observed.nodes.filter(({ facts }) => facts.memcachedSettings?.ok !== true);
    return unread.map(({ node }) => ({
      ...{ ruleId: "memcached-eviction-settings", target, node: node.address },
      ...{ outcome: "cannot-judge", reason: "its settings could not be read", worstCase: "medium" },
    }));
  }
  const { policy, maxmemory } = one.advice;
  const judge = (ruleId: string, chosen: unknown, changes: boolean, reason: string | undefined): Judgement => ({
    ...{ ruleId, target, node: null, worstCase: "high" },
    ...(chosen === null
      ? { outcome: "cannot-judge", reason: (reason ?? "not known").replace(/\.$/, "") }
      : { outcome: changes ? "finding" : "healthy", reason: null }),
  });
  return [
    judge(ruleIds.policy, policy.chosen, policy.priority !== null, policy.reasons[0]?.because),
    judge(ruleIds.maxmemory, maxmemory.chosenBytes, maxmemory.priority !== null, maxmemory.reasons[0]?.because),
  ];
}

function isIncomplete(one: AdvisedTarget): boolean {
  if (one.observed.discoveryGaps.length > 0) return true;
  if (one.kind === "memcached") return one.observed.nodes.some(({ facts }) => facts.memcachedSettings?.ok !== true);
  const { advice, sample } = one;
  const kept = sample.refused.some(({ cause }) => cause === "not-permitted") || sample.gaps.length > 0;
  return kept || advice.policy.chosen === null || advice.maxmemory.chosenBytes === null;
}

function verdictText(one: AdvisedTarget, several: boolean): string {
  const prefix = several ? `${one.observed.target.name}: ` : "";
  if (one.kind === "memcached") {
    const changes = one.advice.changes.length;
    return `${prefix}Memcached has no policies to choose from; its counters speak ${changes === 0 ? "against none of its settings" : "for a change"}.`;
  }
  const { policy, maxmemory } = one.advice;
  const named =
    policy.chosen === null ? "the policy cannot be said" : `${policy.chosen}, ${policy.confidence} confidence`;
  const limit =
    maxmemory.chosenBytes === null ? "maxmemory cannot be said" : `maxmemory ${limitText(maxmemory.chosenBytes)}`;
  const same = policy.chosen === policy.current && maxmemory.chosenBytes === maxmemory.currentBytes;
  return `${prefix}${same && policy.chosen !== null ? "Nothing to change: " : ""}${named}; ${limit}.`;
}

function sampleNote({ observed, advice, sample }: Extract<AdvisedTarget, { kind: "redis" }>, several: boolean): string {
  const { sampledKeys, totalKeys } = advice.use;
  const prefix = several ? `${observed.target.name}: ` : "";
  const whole = sampledKeys === totalKeys ? "" : " Figures carry their 95 % intervals.";
  return `${prefix}${sampledKeys} of ${totalKeys} keys were looked at (--limit ${sample.limitKeys}) with ${sample.commands} commands that touch no key; they added ${sample.addedLookups} to keyspace_hits.${whole}`;
}
