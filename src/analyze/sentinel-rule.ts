import {
  highestPriority,
  type Category,
  type Command,
  type Evidence,
  type EvidenceUnit,
  type Priority,
} from "../model/finding.js";
import type { NodeIdentity, TargetIdentity } from "../model/node.js";
import { groupTopics, sentinelGroups, type DataNode, type SentinelGroup } from "../model/sentinel-group.js";
import { shellQuote } from "../model/shell-quote.js";
import {
  cannotJudge,
  defineTargetRule,
  notApplicable,
  partlyJudged,
  serverCommand,
  shellLine,
  type CheckResult,
  type Draft,
  type TargetRule,
  type Threshold,
} from "./rule.js";

interface SentinelRule<T extends Record<string, Threshold>> {
  id: string;
  category: Category;
  issue: string;
  priorities: readonly [Priority, ...Priority[]];
  reason: string;
  source: string;
  thresholds?: T;
  /** Whose silence keeps the rule from calling a group healthy. */
  asks: "sentinels" | "sentinels and servers" | "sentinels and settings";
  /** What else it needs and did not get, a sentence each: with that, a group is not called healthy. */
  unseen?: (group: SentinelGroup) => string[];
  judge: (group: SentinelGroup, context: SentinelRuleContext<T>) => Draft[];
}

interface SentinelRuleContext<T extends Record<string, Threshold>> {
  thresholds: { [K in keyof T]: number };
  target: TargetIdentity;
  /** Every group of the target. */
  groups: readonly SentinelGroup[];
}

/**
 * Declares a rule over one monitored master: all its sentinels' views and its servers together. It only says what it sees;
 * where somebody did not answer and what is seen is not the worst that the rule knows, the outcome is "cannot judge" (too).
 */
export function defineSentinelRule<const T extends Record<string, Threshold> = Record<string, never>>({
  asks,
  judge,
  unseen: unseenByRule = () => [],
  ...description
}: SentinelRule<T>): TargetRule {
  return defineTargetRule({
    ...description,
    onlyIn: "sentinel check",
    families: ["sentinel", "redis"],
    needs: ["reachability"],
    wants: groupTopics,
    check(views, { thresholds, target }): CheckResult {
      const nodes = views.map(({ node, wanted }) => ({ node, facts: wanted }));
      if (nodes.every(({ node }) => node.family !== "sentinel")) return notApplicable("no Sentinel");
      const groups = sentinelGroups(nodes);
      if (groups.length === 0) return cannotJudge("no sentinel told what it watches");
      const drafts = groups.flatMap((group) => judge(group, { thresholds, target, groups }));
      const [unseen] = groups.flatMap((group) => [...unseenIn(group, asks), ...unseenByRule(group)]);
      if (unseen === undefined) return drafts;
      if (drafts.length === 0) return cannotJudge(unseen);
      const worst = highestPriority(drafts.map(({ priority }) => priority));
      return worst === highestPriority(description.priorities) ? drafts : partlyJudged(drafts, unseen);
    },
  });
}

function unseenIn(group: SentinelGroup, asks: SentinelRule<Record<string, never>>["asks"]): string[] {
  const sentinels = group.silent.map(({ node, reason }) => `${node.address}: ${reason}`);
  if (asks === "sentinels") return sentinels;
  const topic = asks === "sentinels and settings" ? "config" : "replication";
  const servers = [group.primary, ...group.replicas].flatMap(({ address, facts: { [topic]: fact } }) =>
    fact?.ok === true ? [] : [`${address}: ${fact?.reason ?? "it is not among the nodes found"}`],
  );
  return [...sentinels, ...servers];
}

/** A setting of a server, by its CONFIG name; null when it is not known. */
export function settingOf({ facts: { config } }: DataNode, name: string): string | null {
  return config?.ok === true ? (config.value[name] ?? null) : null;
}

/** Evidence on a server that may not have been reached itself. */
export function addressEvidence(
  address: string,
  fact: string,
  value: Evidence["value"],
  unit: EvidenceUnit = "text",
): Evidence {
  return { node: address, fact, value, unit };
}

/**
 * SENTINEL RESET on each of these, in an order that is safe: one at a time, with time to find the others and the replicas again.
 * Sentinels announce themselves every two seconds and ask for replicas every ten.
 */
export function resetInTurn(nodes: readonly NodeIdentity[], name: string): Command[] {
  return nodes.map((node, index) => {
    if (index === 0) return serverCommand(node, "SENTINEL", "RESET", name);
    const words = ["redis-cli", ...node.cliArguments, "SENTINEL", "RESET", name];
    return shellLine(`sleep 30 && ${words.map(shellQuote).join(" ")}`);
  });
}
