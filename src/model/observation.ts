import type { Fact } from "./fact.js";
import type { Facts } from "./facts.js";
import type { KeyspaceTopics } from "./keyspace.js";
import type { NodeIdentity, TargetIdentity } from "./node.js";

/** Topic → fact. A topic that does not belong to the node's family is absent. */
export type NodeFacts = { [K in keyof Facts]?: Fact<Facts[K]> };

export interface ObservedNode {
  node: NodeIdentity;
  facts: NodeFacts;
}

/** Topic → what a pass over all keys of a target found. */
export type KeyspaceFindings = { [K in keyof KeyspaceTopics]?: Fact<KeyspaceTopics[K]> };

/** One target with every node that discovery found, reachable or not. */
export interface ObservedTarget {
  target: TargetIdentity;
  nodes: ObservedNode[];
  /** What discovery could not find out, as sentences; empty when the list of nodes is complete. */
  discoveryGaps: string[];
  /** Absent when the keys were not looked at. */
  keyspace?: KeyspaceFindings;
}

/** Everything one run saw: the content of a `--save-facts` file. */
export interface Observation {
  schemaVersion: 1;
  tool: { name: "cachectl"; version: string };
  /** ISO 8601; rules take "now" from here, so a replay gives the same verdicts. */
  observedAt: string;
  /** Seconds between the two samples that were asked for; 0 = judged since start. */
  sampleSeconds: number;
  targets: ObservedTarget[];
}
