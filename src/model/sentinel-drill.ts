import type { Fact } from "./fact.js";
import type { SentinelReplica } from "./facts.js";

/** What a failover drill looks at before it orders anything. Addresses are as dialled, after the NAT map. */
export interface DrillFacts {
  target: string;
  masterName: string;
  sentinels: SentinelSight[];
  nodes: DataNodeSight[];
  /** `min-replicas-to-write` of each data node that was asked. */
  minReplicas: Record<string, Fact<number>>;
  /** What discovery could not find out, as sentences. */
  gaps: string[];
}

/** The group as one sentinel sees it. */
export interface SentinelSight {
  address: string;
  view: Fact<SentinelView>;
}

export interface SentinelView {
  primary: string;
  configEpoch: number | null;
  flags: string[];
  downAfterMs: number | null;
  tilt: boolean | null;
  /** What SENTINEL CKQUORUM objects to; null: it is content. */
  quorumObjection: string | null;
  replicas: SentinelReplica[];
}

/** A data node by its own word. */
export interface DataNodeSight {
  address: string;
  replication: Fact<DrillReplication>;
}

export interface DrillReplication {
  role: "primary" | "replica";
  linkUp: boolean;
  syncing: boolean;
  /** `master_repl_offset` of a primary, `slave_repl_offset` of a replica. */
  offset: number | null;
}

/** What will be done. Pure JSON. */
export interface DrillPlan {
  target: string;
  masterName: string;
  /** The primary that is to be replaced. */
  primary: string;
  /** Who gets the order. */
  orderTo: string;
  sentinels: string[];
  configEpoch: number | null;
  /** Replicas that may be promoted, with their distance from the primary. */
  candidates: { address: string; lagBytes: number | null }[];
  /** Data nodes that must follow the new primary, the old primary among them. */
  followers: string[];
  minReplicas: Record<string, Fact<number>>;
  /** Sentences. */
  notes: string[];
}

/** Why there is no drill. `unjudged`: it could not be seen whether it is safe (exit code 3, not 2). */
export interface DrillRefusal {
  refused: true;
  unjudged: boolean;
  code: string;
  message: string;
  hint: string;
}

/** `following`: asks the sentinels before each write. `staying`: keeps its connection for as long as it is served. */
export type LedgerClientKind = "following" | "staying";

/** What became of one client's writes. */
export interface LedgerClientResult {
  kind: LedgerClientKind;
  acknowledged: number;
  /** Acknowledged, and not in the ledger on the primary at the end; null: the ledger could not be read. */
  missing: number | null;
  /** Of `missing`, those that the old primary took after the order. */
  missingFromOldPrimary: number | null;
  refused: number;
  firstRefusal: string | null;
  /** Longest time from one acknowledged write to the next, from the order on. */
  longestGapMs: number | null;
}

export interface LedgerResult {
  key: string;
  clients: LedgerClientResult[];
  /** Where it was read; null: nowhere, and why. */
  readAt: string | null;
  unread: string | null;
  /** Null: removed; else why not. It expires by itself then. */
  notRemoved: string | null;
}

export interface DrillEvent {
  /** Since the order. */
  atMs: number;
  event: string;
}

export interface DrillOutcome {
  done: string[];
  failed: { step: string; reason: string }[];
  notDone: string[];
  /** False: the run ended before SENTINEL FAILOVER was sent, and nothing has changed. */
  ordered: boolean;
  /** Null: none was seen. */
  newPrimary: string | null;
  /** From the order to the first write that the new primary acknowledged to a fresh client. */
  restoredMs: number | null;
  configEpoch: number | null;
  events: DrillEvent[];
  ledger: LedgerResult;
}
