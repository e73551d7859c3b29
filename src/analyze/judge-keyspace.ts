import { missing } from "../model/fact.js";
import type { NodeIdentity, TargetIdentity } from "../model/node.js";
import type { KeyspaceFindings, ObservedTarget } from "../model/observation.js";
import type { KeyspaceTopic, KeyspaceTopics, ScanFacts } from "../model/keyspace.js";
import { cannotJudge, notApplicable, type CheckResult, type KeyspaceRule } from "./rule.js";

interface Context {
  target: TargetIdentity;
  nowMs: number;
  thresholds: Record<string, number>;
}

/**
 * Runs one rule on what a pass over the keys found. What it finds counts however little was seen; finding nothing counts
 * only where enough was looked at.
 */
export function judgeKeyspace(rule: KeyspaceRule, { keyspace, nodes }: ObservedTarget, context: Context): CheckResult {
  const factOf = (topic: KeyspaceTopic) => keyspace?.[topic] ?? missing("failed", `${topic} was not collected`);
  const facts: Partial<Record<KeyspaceTopic, unknown>> = {};
  for (const topic of rule.needs) {
    const fact = factOf(topic);
    if (!fact.ok) return fact.cause === "not-supported" ? notApplicable(fact.reason) : cannotJudge(fact.reason);
    facts[topic] = fact.value;
  }
  const nodeAt = (address: string): NodeIdentity =>
    nodes.find(({ node }) => node.address === address)?.node ?? {
      address,
      family: "redis",
      role: "unknown",
      cliArguments: [],
    };
  const wanted = Object.fromEntries((rule.wants ?? []).map((topic) => [topic, factOf(topic)]));
  const result = rule.check(
    facts as KeyspaceTopics,
    { ...context, nodeAt, nodes },
    wanted as Required<KeyspaceFindings>,
  );
  const nothing = result === null || (Array.isArray(result) && result.length === 0);
  return nothing ? (whyUnproved(rule, keyspace) ?? null) : result;
}

/** Why "nothing found" proves nothing; undefined when it does. */
function whyUnproved(rule: KeyspaceRule, keyspace: KeyspaceFindings | undefined): CheckResult | undefined {
  const scan = keyspace?.scan;
  if (scan === undefined) return cannotJudge("how the scan went is not known");
  if (!scan.ok) return cannotJudge(scan.reason);
  const gap = scan.value.gaps[0] ?? sampled(rule, scan.value);
  return gap === undefined ? undefined : cannotJudge(gap);
}

function sampled(rule: KeyspaceRule, { sampleRatio, complete }: ScanFacts): string | undefined {
  if (rule.rests === "shares" || complete) return undefined;
  return `only ${100 * sampleRatio} % of the keys were measured`;
}
