import type { Clock } from "../model/clock.js";
import type { NodeRef } from "../model/cluster-topology.js";
import type { FleetNode } from "../model/node-port.js";
import type { Credentials } from "../model/profile.js";
import type { SlotMove } from "../model/slot-plan.js";
import type { SlotRange } from "../model/slot-ranges.js";

/** A member that the mover talks to: every primary of the cluster, since each must learn the new owner. */
export interface MoveMember extends NodeRef {
  node: FleetNode;
  /** As the cluster knows it: what MIGRATE takes. */
  announced: { host: string; port: number };
  role: "primary" | "replica";
  product: "redis" | "valkey" | null;
  version: string | null;
}

export interface MoveOptions {
  /** Which way; `auto` takes the server's own migration where both ends have it, and falls back. */
  engine: "auto" | "classic" | "server";
  /** Of one MIGRATE. */
  batchKeys: number;
  batchBytes: number;
  /** Keys per second for each pair; null: as fast as the servers allow. */
  ratePerSecond: number | null;
  /** Slower while other clients' commands are delayed by more than this. Milliseconds. */
  maxLatencyMs: number;
  /** Move keys too that block their node for longer than half of cluster-node-timeout. */
  allowBlocking: boolean;
  /** What the nodes need to log in to each other in MIGRATE; null: no password. */
  credentials: Credentials | null;
}

/** Where in a move something happens or happened; the crash tests stop at each. */
export type MoveStep =
  | "before-open"
  | "target-importing"
  | "source-migrating"
  | "keys-listed"
  | "batch-sent"
  | "batch-moved"
  | "slot-empty"
  | "target-owns"
  | "source-knows"
  | "others-know"
  | "slot-done"
  | "job-begun"
  | "job-running"
  | "job-ended";

export interface MoveProgress {
  doneSlots: number;
  totalSlots: number;
  keys: number;
  /** Of keys that were measured on the way. */
  bytes: number;
}

export interface MoveDeps {
  /** Sleeps through the first SIGINT. */
  clock: Clock;
  /** Finish the slots in hand, begin no other. */
  stopRequested: AbortSignal;
  journal: MoveJournal;
  onProgress(progress: MoveProgress): void;
  /** Only for tests: called when a step has happened, before the next. */
  onStep?(step: MoveStep, slots: readonly number[]): Promise<void>;
}

/** Append-only, on disk before the step that it announces. */
export interface MoveJournal {
  write(entry: JournalEntry): Promise<void>;
}

export type JournalEntry =
  | { kind: "begin"; at: string; operation: string; target: string; fingerprint: string; moves: SlotMove[] }
  | { kind: "open" | "done"; at: string; from: string; to: string; slots: SlotRange[] }
  | { kind: "failed"; at: string; from: string; to: string; slots: SlotRange[]; reason: string }
  | { kind: "end"; at: string; complete: boolean };

export interface MoveRequest {
  moves: readonly SlotMove[];
  /** All members that answered. Sources and targets must be among them. */
  members: readonly MoveMember[];
  options: MoveOptions;
  deps: MoveDeps;
}

export interface MovedPart {
  from: NodeRef;
  to: NodeRef;
  slots: SlotRange[];
  keys: number;
  engine: "classic" | "migrateslots" | "import";
}

export interface NotMovedPart {
  from: NodeRef;
  to: NodeRef;
  slots: SlotRange[];
  /** `not-begun`: nothing was done to these slots. `open`: left half-moved, no key is lost, `cluster fix` finishes it. */
  state: "not-begun" | "open";
  /** Left alone only because `stopRequested` aborted; false where something went wrong with these slots. */
  stopped: boolean;
  /** A sentence that names keys and nodes. */
  reason: string;
}

/** Everything asked for is in exactly one of `moved` and `notMoved`. */
export interface MoveResult {
  moved: MovedPart[];
  notMoved: NotMovedPart[];
  keys: number;
  seconds: number;
  /** The longest that a PING beside the move waited for its answer, over the idle round trip; null: not measured. */
  longestStallMs: number | null;
  /** What is worth saying: an engine that was refused and why, keys that were replaced. */
  notes: string[];
}
