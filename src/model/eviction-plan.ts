import type { NodeFamily, NodeRole } from "./node.js";

/** One setting of one node. Values are canonical texts ({@link EvictionSettings}). */
export interface SettingChange {
  name: string;
  from: string;
  to: string;
}

/** What changes on one node, in the order in which it is done; undoing goes the other way round. Never empty. */
export interface NodeChange {
  node: string;
  role: NodeRole;
  changes: SettingChange[];
}

/** What should be known before the change. */
export interface PreflightWarning {
  /** Stable: `inert-without-maxmemory`, `volatile-without-ttls`, … (docs/evict-policy.md lists them). */
  code: string;
  /** Sentences. */
  message: string;
  nodes: string[];
}

/** Which settings of which nodes change. Plain JSON; made for values that are compared again before each step. */
export interface EvictionPlan {
  schemaVersion: 1;
  kind: "eviction-plan";
  operation: "evict-policy-set" | "evict-policy-rollback";
  target: string;
  family: Exclude<NodeFamily, "sentinel">;
  /** Replicas first: a server that refuses shows itself before a primary is changed. */
  nodes: NodeChange[];
  /** Nodes that have every wanted value already. */
  unchanged: string[];
  /** Write the settings to the servers' configuration files too. */
  persist: boolean;
  warnings: PreflightWarning[];
}

/** What the last change of a target left to undo, by its journal. */
export interface LastChange {
  /** ISO 8601. */
  at: string;
  family: EvictionPlan["family"];
  persist: boolean;
  /** Those that were changed and not put back since. `begun`: how far it came is not known. */
  nodes: (NodeChange & { state: "changed" | "begun" })[];
}

/** The same settings the other way round: last set, first undone. */
export function inverted({ node, role, changes }: NodeChange): NodeChange {
  return { node, role, changes: changes.toReversed().map(({ name, from, to }) => ({ name, from: to, to: from })) };
}
