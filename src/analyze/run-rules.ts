import type { Fact, Missing } from "../model/fact.js";
import { highestPriority, type Analysis, type Evidence, type Finding, type Judgement } from "../model/finding.js";
import type { Facts, Topic } from "../model/facts.js";
import { compareAddresses, type IgnoredRule } from "../model/node.js";
import type { Observation, ObservedNode, ObservedTarget } from "../model/observation.js";
import { joinEqualFindings } from "./join-findings.js";
import { judgeKeyspace } from "./judge-keyspace.js";
import type { CheckResult, Draft, NodeRule, NodeView, Rule, TargetRule, Wanted, WantedFacts } from "./rule.js";

/**
 * Judges every rule on every node it applies to. Pure: the same observation always gives the same analysis.
 *
 * A rule is never run on facts it lacks, and a rule that throws becomes "cannot judge" with the error's text: one broken
 * rule must not hide what the others found.
 */
export function runRules(observation: Observation, rules: readonly Rule[]): Analysis {
  const findings: Finding[] = [];
  const judgements: Judgement[] = [];
  const nowMs = Date.parse(observation.observedAt);
  for (const observed of observation.targets) {
    for (const rule of rules) {
      const run = new RuleRun(rule, observed, nowMs);
      run.judge();
      findings.push(...run.findings);
      judgements.push(...run.judgements);
    }
  }
  return { findings: joinEqualFindings(findings), judgements };
}

/** One rule on one target. */
class RuleRun {
  readonly findings: Finding[] = [];
  readonly judgements: Judgement[] = [];
  private readonly nodes: ObservedNode[];

  constructor(
    private readonly rule: Rule,
    private readonly observed: ObservedTarget,
    private readonly nowMs: number,
  ) {
    this.nodes = observed.nodes.filter(({ node }) => rule.families.includes(node.family));
  }

  judge(): void {
    if (this.nodes.length === 0) return;
    // analyze reads no keys: there is nothing that these rules could have judged.
    if (this.rule.scope === "keyspace" && this.observed.keyspace === undefined) return;
    const ignored = activeIgnore(this.observed.target.ignore, this.rule.id, this.nowMs);
    if (ignored !== undefined) return this.record(null, "ignored", ignored.reason);
    if (this.rule.scope === "node") this.judgeNodes(this.rule);
    else if (this.rule.scope === "target") this.judgeTarget(this.rule);
    else {
      const rule = this.rule;
      this.settle(null, [], () => judgeKeyspace(rule, this.observed, this.context()));
    }
  }

  private judgeNodes(rule: NodeRule): void {
    for (const { node, facts } of this.nodes) {
      const seen = pickFacts(facts, rule.needs);
      if (!seen.ok) this.recordMissing(node.address, seen);
      else {
        const wanted = wantedFacts(facts, rule.wants ?? []);
        this.settle(node.address, [node.address], () => rule.check(seen.value, { ...this.context(), node }, wanted));
      }
    }
  }

  private judgeTarget(rule: TargetRule): void {
    const views: (NodeView<readonly Topic[]> & Wanted<readonly Topic[]>)[] = [];
    const unseen: { node: ObservedNode["node"]; missing: Missing }[] = [];
    for (const { node, facts } of this.nodes) {
      const seen = pickFacts(facts, rule.needs);
      if (seen.ok) views.push({ node, facts: seen.value, wanted: wantedFacts(facts, rule.wants ?? []) });
      else unseen.push({ node, missing: seen });
    }
    for (const { node, missing } of unseen) this.recordMissing(node.address, missing);
    if (views.length === 0) return;
    const context = {
      ...this.context(),
      views,
      unseen: unseen.map(({ node, missing }) => ({ node, reason: missing.reason })),
      allNodes: this.nodes.map(({ node }) => node),
    };
    this.settle(
      null,
      views.map(({ node }) => node.address),
      () => rule.check(views, context),
    );
  }

  private context() {
    const { target } = this.observed;
    const thresholds = Object.entries(this.rule.thresholds ?? {}).map(([name, threshold]) => [
      name,
      target.thresholds[this.rule.id]?.[name] ?? threshold.default,
    ]);
    return { target, nowMs: this.nowMs, thresholds: Object.fromEntries(thresholds) as Record<string, number> };
  }

  private settle(node: string | null, defaultNodes: string[], check: () => CheckResult): void {
    let result: CheckResult;
    try {
      result = check();
    } catch (error) {
      return this.record(node, "cannot-judge", `the rule itself failed (please report this): ${String(error)}`);
    }
    if (result === null || (Array.isArray(result) && result.length === 0)) return this.record(node, "healthy", null);
    if ("kind" in result && result.kind !== "partly-judged") return this.record(node, result.kind, result.reason);
    const drafts = "kind" in result ? result.drafts : Array.isArray(result) ? result : [result];
    for (const draft of drafts) this.findings.push(this.finding(draft, defaultNodes));
    this.record(node, "finding", null);
    if ("kind" in result) this.record(node, "cannot-judge", result.reason);
  }

  private finding(draft: Draft, defaultNodes: string[]): Finding {
    const { rule } = this;
    const nodes = draft.nodes ?? nodesOf(draft.evidence, defaultNodes);
    return {
      ruleId: rule.id,
      category: rule.category,
      priority: draft.priority,
      confidence: draft.confidence ?? "high",
      issue: draft.issue ?? rule.issue,
      action: draft.action,
      reason: rule.reason,
      target: this.observed.target.name,
      nodes: [...new Set(nodes)].sort(compareAddresses),
      evidence: draft.evidence,
      commands: draft.commands ?? [],
    };
  }

  private recordMissing(node: string, fact: Missing): void {
    this.record(node, fact.cause === "not-supported" ? "not-applicable" : "cannot-judge", fact.reason);
  }

  private record(node: string | null, outcome: Judgement["outcome"], reason: string | null): void {
    this.judgements.push({
      ruleId: this.rule.id,
      target: this.observed.target.name,
      node,
      outcome,
      reason,
      worstCase: highestPriority(this.rule.priorities),
    });
  }
}

function pickFacts(
  facts: ObservedNode["facts"],
  needs: readonly Topic[],
): { ok: true; value: Pick<Facts, Topic> } | Missing {
  const picked: Partial<Record<Topic, unknown>> = {};
  for (const topic of needs) {
    const fact = facts[topic];
    if (fact === undefined) return notCollected(topic);
    if (!fact.ok) return fact;
    picked[topic] = fact.value;
  }
  return { ok: true, value: picked as Pick<Facts, Topic> };
}

function wantedFacts(facts: ObservedNode["facts"], wants: readonly Topic[]): WantedFacts<readonly Topic[]> {
  const wanted: Partial<Record<Topic, Fact<unknown>>> = {};
  for (const topic of wants) wanted[topic] = facts[topic] ?? notCollected(topic);
  return wanted as WantedFacts<readonly Topic[]>;
}

function notCollected(topic: Topic): Missing {
  return { ok: false, cause: "failed", reason: `${topic} was not collected` };
}

/** An entry counts until its `until` day begins (UTC). */
function activeIgnore(entries: readonly IgnoredRule[], ruleId: string, nowMs: number): IgnoredRule | undefined {
  return entries.find((entry) => entry.rule === ruleId && (entry.until === null || nowMs < Date.parse(entry.until)));
}

function nodesOf(evidence: readonly Evidence[], otherwise: string[]): string[] {
  return evidence.length > 0 ? evidence.map(({ node }) => node) : otherwise;
}
