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
