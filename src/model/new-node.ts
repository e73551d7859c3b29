import type { SlotRange } from "./slot-ranges.js";

/** A server that was asked whether it can become a member of a cluster. */
export interface NewNodeState {
  /** As dialled. */
  address: string;
  /** Why it did not answer, as a sentence and its hint; the rest is then empty or null. */
  failure: { message: string; hint: string } | null;
  /** Null: not in cluster mode, or not known. */
  id: string | null;
  /** By CLUSTER's own word; null: it would not say why. */
  clusterMode: boolean | null;
  /** Of its own line in CLUSTER NODES: what it tells the others. Null host: it does not know its own. */
  announced: { host: string | null; port: number; busPort: number } | null;
  product: "redis" | "valkey" | null;
  version: string | null;
  /** In all databases. */
  keys: number | null;
  role: "primary" | "replica";
  primaryId: string | null;
  slots: SlotRange[];
  configEpoch: number;
  openSlots: number;
  /** It has been in a cluster with the id that it has: the members may have been told to forget it. */
  wasMember: boolean;
  /** Every other node in its table. A handshake's id is not the node's own yet. */
  knows: { id: string; address: string; handshake: boolean }[];
  /** It asks its clients for a password; null: it would not say. */
  asksPassword: boolean | null;
  /** It has a password to follow a primary with; null: it would not say. */
  hasPrimaryPassword: boolean | null;
  /** Commands of a creation that this login may not run, such as `CLUSTER MEET`. */
  forbidden: string[];
}

/** Where the members reach a new node: what CLUSTER MEET takes. The host is an IP address. */
export interface MeetAddress {
  host: string;
  port: number;
  busPort: number;
}

/** One thing that stands in the way, and the next step. */
export interface NodeProblem {
  /** As the user named it; empty: all together. */
  address: string;
  message: string;
  hint: string;
}
