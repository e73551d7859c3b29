import type { EvictionAdvice, Reason } from "../../model/eviction-advice.js";
import type { Recommendation } from "../../model/report.js";
import type { ObservedTarget } from "../../model/observation.js";
import { limitText } from "./limit-text.js";

/** Part of the JSON contract. */
export const ruleIds = {
  policy: "recommended-eviction-policy",
  maxmemory: "recommended-maxmemory",
} as const;

interface Advised {
  observed: ObservedTarget;
  advice: EvictionAdvice;
}

/** What is to be changed. What is to stay is only in the sections. */
export function adviceRecommendations({ observed, advice }: Advised): Recommendation[] {
  const { policy, maxmemory, further, command } = advice;
  const nodes = observed.nodes
    .filter(({ node, facts }) => node.family === "redis" && facts.memory?.ok === true)
    .map(({ node }) => node.address);
  const base = { target: advice.target, node: nodes.length === 1 ? (nodes[0] ?? null) : null, nodes };
  const commands = command === null ? [] : [command];
  const list: Recommendation[] = [];
  if (policy.priority !== null && policy.chosen !== null)
    list.push({
      ...base,
      ...{ ruleId: ruleIds.policy, category: "eviction", priority: policy.priority, confidence: policy.confidence },
      issue:
        policy.current === null ? "The nodes have no policy in common" : `${policy.current} does not fit this data`,
      action: `Set ${policy.chosen} on every node.`,
      ...becauseOf(policy.reasons),
      commands,
    });
  if (maxmemory.priority !== null && maxmemory.chosenBytes !== null)
    list.push({
      ...base,
      ...{ ruleId: ruleIds.maxmemory, category: "memory" },
      ...{ priority: maxmemory.priority, confidence: maxmemory.confidence },
      issue: maxmemoryIssue(maxmemory),
      action: `Set maxmemory to ${limitText(maxmemory.chosenBytes)} on every node.`,
      ...becauseOf(maxmemory.reasons),
      commands,
    });
  for (const { id, ...one } of further)
    list.push({
      ...base,
      ruleId: `eviction-${id}`,
      category: "eviction",
      ...one,
      reason: one.issue + ".",
      commands: [],
    });
  return list;
}

function maxmemoryIssue({ currentBytes, chosenBytes }: EvictionAdvice["maxmemory"]): string {
  if (currentBytes === 0) return "There is no memory limit";
  if (currentBytes === null) return "The nodes have different memory limits";
  return (chosenBytes ?? 0) > currentBytes
    ? "The memory limit is too low"
    : "The memory limit is more than the host can hold";
}

function becauseOf(reasons: readonly Reason[]): Pick<Recommendation, "reason" | "evidence"> {
  return {
    reason: reasons.map(({ because }) => because).join(" "),
    evidence: distinct(reasons.flatMap(({ evidence }) => evidence)),
  };
}

function distinct(evidence: Recommendation["evidence"]): Recommendation["evidence"] {
  const seen = new Map(evidence.map((one) => [`${one.node} ${one.fact}`, one]));
  return [...seen.values()];
}
