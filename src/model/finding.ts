/** Ascending: `info` < `low` < `medium` < `high` < `critical`. */
export const priorities = ["info", "low", "medium", "high", "critical"] as const;
export type Priority = (typeof priorities)[number];

/** Negative when `a` is less urgent than `b`. */
export function comparePriority(a: Priority, b: Priority): number {
  return priorities.indexOf(a) - priorities.indexOf(b);
}

/** The most urgent of these; `info` of none. */
export function highestPriority(list: readonly Priority[]): Priority {
  return [...list].sort(comparePriority).at(-1) ?? "info";
}

export type Category =
  | "availability"
  | "memory"
  | "eviction"
  | "keyspace"
  | "clients"
  | "latency"
  | "persistence"
  | "replication"
  | "cluster"
  | "cpu"
  | "errors"
  | "security"
  | "configuration"
  | "version";

export type Confidence = "high" | "medium" | "low";

export type EvidenceUnit =
  "bytes" | "percent" | "ratio" | "count" | "per-second" | "seconds" | "milliseconds" | "microseconds" | "text";

/** One fact with its value, in the fact's own terms: `used_memory`, `maxmemory-policy`, `hit rate`. */
export interface Evidence {
  /** Address of the node it was seen on. */
  node: string;
  fact: string;
  value: number | string | boolean | null;
  unit: EvidenceUnit;
}

/**
 * Something to run. `server`: a command for the server at `node`, as arguments; the report writes it as a `redis-cli`
 * (or `printf … | nc`) line. `shell`: a line as it stands.
 */
export type Command = { kind: "server"; node: string; argv: string[] } | { kind: "shell"; line: string };

/** A rule's judgement. Equal findings (all but node, evidence and commands) on several nodes of a target are one finding. */
export interface Finding {
  ruleId: string;
  category: Category;
  priority: Priority;
  confidence: Confidence;
  /** What is wrong, without values, so that it is the same on every node. */
  issue: string;
  /** What to do, as a sentence. */
  action: string;
  /** Why this threshold. */
  reason: string;
  target: string;
  /** Addresses, sorted. */
  nodes: string[];
  evidence: Evidence[];
  commands: Command[];
}

/** What became of one rule on one node (or, for a rule over a whole target, on the target: node is null). */
export interface Judgement {
  ruleId: string;
  target: string;
  node: string | null;
  outcome: "finding" | "healthy" | "cannot-judge" | "not-applicable" | "ignored";
  /** For the last three. */
  reason: string | null;
  /** The highest priority that the rule can report: what a gate has to reckon with when it could not be judged. */
  worstCase: Priority;
}

export interface Analysis {
  /** Most urgent first, then by rule id, target and node: the order of the report. */
  findings: Finding[];
  judgements: Judgement[];
}
