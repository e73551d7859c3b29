import type { Command, Confidence, Evidence, Priority } from "./finding.js";
import type { Figure } from "./keyspace.js";

/** What `evict-policy recommend` says about one target. All plain JSON. */
export interface EvictionAdvice {
  target: string;
  policy: PolicyChoice;
  /** One for all nodes, so that a failover changes nothing. */
  maxmemory: MaxmemoryChoice;
  /** What one policy cannot give: keys to part, TTLs to set. */
  further: FurtherAdvice[];
  use: UseTable;
  doubts: Doubt[];
  /** The verb that carries it out, as a shell line; null: nothing to change. */
  command: string | null;
}

export interface PolicyChoice {
  /** In force on every node; null: they differ, or it is not known. */
  current: string | null;
  /** Null: cannot say. */
  chosen: string | null;
  confidence: Confidence;
  /** How urgent the change is; null: none is needed. */
  priority: Priority | null;
  reasons: Reason[];
}

export interface MaxmemoryChoice {
  /** In force on every node, 0: no limit; null: they differ, or it is not known. */
  currentBytes: number | null;
  /** Null: cannot say. */
  chosenBytes: number | null;
  confidence: Confidence;
  priority: Priority | null;
  reasons: Reason[];
}

export interface Reason {
  /** A sentence. */
  because: string;
  evidence: Evidence[];
}

export interface Doubt {
  about: "policy" | "maxmemory" | "both";
  /** What is not known, as a sentence. */
  unsure: string;
  /** What would make it sure, as a sentence. */
  sureBy: string;
}

export interface FurtherAdvice {
  id: "part-kept-keys" | "set-ttls";
  issue: string;
  action: string;
  priority: Priority;
  confidence: Confidence;
  evidence: Evidence[];
}

/** When the keys were last used, or under an LFU policy how often: keys and bytes of the target by range. */
export interface UseTable {
  basis: "idle" | "frequency" | "none";
  rows: UseRow[];
  /** Of the sampled keys; null under an LFU policy. */
  longestIdleSeconds: number | null;
  sampledKeys: number;
  totalKeys: number;
  /** Why there are no rows; null where there are. */
  unknown: string | null;
}

export interface UseRow {
  /** Seconds since last use, or the counter's value; both inclusive below, exclusive above, null: open. */
  from: number;
  to: number | null;
  keys: Figure;
  bytes: Figure | null;
}

/** What `evict-policy recommend` says about one Memcached target. */
export interface MemcachedAdvice {
  target: string;
  settings: MemcachedSetting[];
  changes: MemcachedChange[];
  doubts: Doubt[];
}

export interface MemcachedSetting {
  node: string;
  setting: string;
  value: string;
  /** What this value means, as a clause. */
  says: string;
}

export interface MemcachedChange {
  id: "memcached-segment-lru" | "memcached-short-lived-items" | "memcached-automove" | "memcached-more-memory";
  node: string;
  issue: string;
  action: string;
  evidence: Evidence[];
  commands: Command[];
}
