import type { Category, Command, Confidence, Evidence, EvidenceUnit, Priority } from "../model/finding.js";
import type { Fact } from "../model/fact.js";
import type { Facts, Topic } from "../model/facts.js";
import type { KeyspaceTopic, KeyspaceTopics } from "../model/keyspace.js";
import type { NodeFamily, NodeIdentity, TargetIdentity } from "../model/node.js";
import type { ObservedNode } from "../model/observation.js";

/** A number a profile may override under `thresholds.<rule id>.<name>`. */
export interface Threshold {
  default: number;
  unit: EvidenceUnit;
}

type ThresholdValues<T extends Record<string, Threshold>> = { [K in keyof T]: number };

/** Topics that sharpen a judgement, each known or missing with its reason. */
export type WantedFacts<W extends readonly Topic[]> = Pick<{ readonly [K in Topic]: Fact<Facts[K]> }, W[number]>;

interface RuleDescription<T extends Record<string, Threshold>> {
  /** Also the file's name. */
  id: string;
  category: Category;
  /** The headline: what is wrong, without values. A finding may say it more exactly. */
  issue: string;
  /** What the rule may report, ascending. */
  priorities: readonly [Priority, ...Priority[]];
  /** Why the threshold is where it is, one or two sentences. Printed with every finding and in docs/rules.md. */
  reason: string;
  /** Who publishes it: "redis.io", "awesome-prometheus-alerts", "cachectl" … */
  source: string;
  thresholds?: T;
  families: readonly NodeFamily[];
  /** The only verb that judges by this rule, since no other asks for what it needs. Absent: whichever verb it fits. */
  onlyIn?: "sentinel check";
}

interface FactsDescription<N extends readonly Topic[], W extends readonly Topic[]> {
  /** The rule sees these topics and no others. One that is missing makes the outcome "cannot judge". */
  needs: N;
  /**
   * Topics the rule sees too, each as a fact that may be missing: a node rule as its third parameter, a target rule as
   * `wanted` beside a view's facts. One that is missing does not keep the rule from judging.
   */
  wants?: W;
}

/** What a finding adds to its rule's description. */
export interface Draft {
  priority: Priority;
  /** Only when it differs from the rule's headline; must not hold values, or equal findings cannot be joined. */
  issue?: string;
  action: string;
  evidence: Evidence[];
  commands?: Command[];
  /** `high` unless said otherwise. */
  confidence?: Confidence;
  /** For a rule over a target: the nodes it is about. */
  nodes?: string[];
}

export interface CannotJudge {
  kind: "cannot-judge";
  reason: string;
}

export interface NotApplicable {
  kind: "not-applicable";
  reason: string;
}

/** Something was found, and something that was not seen may be worse. */
export interface PartlyJudged {
  kind: "partly-judged";
  drafts: Draft[];
  reason: string;
}

/** null: healthy. */
export type CheckResult = Draft | Draft[] | PartlyJudged | CannotJudge | NotApplicable | null;

export interface NodeRuleContext<T extends Record<string, Threshold>> {
  thresholds: ThresholdValues<T>;
  target: TargetIdentity;
  node: NodeIdentity;
  /** Unix milliseconds at which the facts were observed. */
  nowMs: number;
}

/** What a target rule `wants` of one node. */
export interface Wanted<W extends readonly Topic[]> {
  wanted: WantedFacts<W>;
}

/** A node's needed facts, for rules that compare nodes. */
export interface NodeView<N extends readonly Topic[]> {
  node: NodeIdentity;
  facts: Pick<Facts, N[number]>;
}

export interface TargetRuleContext<N extends readonly Topic[], T extends Record<string, Threshold>> {
  thresholds: ThresholdValues<T>;
  target: TargetIdentity;
  nowMs: number;
  /** Nodes of the rule's family for which a needed fact is missing, with the reason: what the rule could not look at. */
  unseen: { node: NodeIdentity; reason: string }[];
  /** All of the rule's family, seen or not. */
  allNodes: NodeIdentity[];
  views: NodeView<N>[];
}

/** Judges each node by itself. */
export interface NodeRule<
  N extends readonly Topic[] = readonly Topic[],
  T extends Record<string, Threshold> = Record<string, Threshold>,
  W extends readonly Topic[] = readonly Topic[],
>
  extends RuleDescription<T>, FactsDescription<N, W> {
  scope: "node";
  check(facts: Pick<Facts, N[number]>, context: NodeRuleContext<T>, wanted: WantedFacts<W>): CheckResult;
}

/** Judges all nodes of one target together; called with the nodes whose needed facts are all known, at least one. */
export interface TargetRule<
  N extends readonly Topic[] = readonly Topic[],
  T extends Record<string, Threshold> = Record<string, Threshold>,
  W extends readonly Topic[] = readonly Topic[],
>
  extends RuleDescription<T>, FactsDescription<N, W> {
  scope: "target";
  check(views: (NodeView<N> & Wanted<W>)[], context: TargetRuleContext<N, T>): CheckResult;
}

export interface KeyspaceRuleContext<T extends Record<string, Threshold>> {
  thresholds: ThresholdValues<T>;
  target: TargetIdentity;
  nowMs: number;
  /** The node of this address; for `evidence` and `serverCommand`. */
  nodeAt: (address: string) => NodeIdentity;
  /** What was observed of each node beside its keys. */
  nodes: readonly ObservedNode[];
}

/**
 * Judges what a pass over all keys of a target found (`cachectl bigkeys`). Not run by `analyze`, which reads no keys.
 *
 * Where a node or some keys could not be looked at, a rule that finds nothing is "cannot judge" by itself: the runner sees
 * to it. So a rule only says what it sees.
 */
export interface KeyspaceRule<
  N extends readonly KeyspaceTopic[] = readonly KeyspaceTopic[],
  T extends Record<string, Threshold> = Record<string, Threshold>,
  W extends readonly KeyspaceTopic[] = readonly KeyspaceTopic[],
> extends RuleDescription<T> {
  scope: "keyspace";
  needs: N;
  /** Topics that sharpen the judgement, each as a fact that may be missing. */
  wants?: W;
  /**
   * `every-key`: one key is enough to find something, so a sample or a part cannot show that there is nothing.
   * `shares`: it weighs parts against the whole, which a sample shows as well.
   */
  rests: "every-key" | "shares";
  check(
    facts: Pick<KeyspaceTopics, N[number]>,
    context: KeyspaceRuleContext<T>,
    wanted: Pick<{ readonly [K in KeyspaceTopic]: Fact<KeyspaceTopics[K]> }, W[number]>,
  ): CheckResult;
}

/** Any rule, with its type parameters forgotten: what the registry and the runner hold. */
export type Rule = NodeRule | TargetRule | KeyspaceRule;

type NoThresholds = Record<string, never>;

/** Declares a rule over one Redis, Valkey (default), Sentinel or Memcached node. */
export function defineRule<
  const N extends readonly Topic[],
  const T extends Record<string, Threshold> = NoThresholds,
  const W extends readonly Topic[] = readonly [],
>(rule: Omit<NodeRule<N, T, W>, "scope" | "families"> & { families?: readonly NodeFamily[] }): NodeRule {
  return { scope: "node", families: ["redis"], ...rule };
}

/** Declares a rule that compares the nodes of one target. */
export function defineTargetRule<
  const N extends readonly Topic[],
  const T extends Record<string, Threshold> = NoThresholds,
  const W extends readonly Topic[] = readonly [],
>(rule: Omit<TargetRule<N, T, W>, "scope" | "families"> & { families?: readonly NodeFamily[] }): TargetRule {
  return { scope: "target", families: ["redis"], ...rule };
}

/** The fact is there but does not allow a judgement, for example a field that this login does not see. Counts against a gate. */
export function cannotJudge(reason: string): CannotJudge {
  return { kind: "cannot-judge", reason };
}

/** `drafts` were found, and for `reason` there may be worse. Both count against a gate. */
export function partlyJudged(drafts: Draft[], reason: string): PartlyJudged {
  return { kind: "partly-judged", drafts, reason };
}

/** There is nothing to judge: the feature is off, or this version does not report the signal. Does not count against a gate. */
export function notApplicable(reason: string): NotApplicable {
  return { kind: "not-applicable", reason };
}

/** One line of evidence: `fact` in the server's own term. */
export function evidence(
  node: NodeIdentity,
  fact: string,
  value: Evidence["value"],
  unit: EvidenceUnit = "text",
): Evidence {
  return { node: node.address, fact, value, unit };
}

/** A command for the server itself, as arguments. */
export function serverCommand(node: NodeIdentity, ...argv: string[]): Command {
  return { kind: "server", node: node.address, argv };
}

/** A line for the operator's shell, for what no server command can mend. */
export function shellLine(line: string): Command {
  return { kind: "shell", line };
}

/** Declares a rule over the keys of one target: Redis, Valkey (default) or Memcached. */
export function defineKeyspaceRule<
  const N extends readonly KeyspaceTopic[],
  const T extends Record<string, Threshold> = NoThresholds,
  const W extends readonly KeyspaceTopic[] = readonly [],
>(rule: Omit<KeyspaceRule<N, T, W>, "scope" | "families"> & { families?: readonly NodeFamily[] }): KeyspaceRule {
  return { scope: "keyspace", families: ["redis"], ...rule };
}
