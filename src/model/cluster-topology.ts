import type { SlotRange } from "./slot-ranges.js";

/** A member of a cluster, as its own word and the others' describe it. */
export interface ClusterNode {
  /** 40 hexadecimal digits. */
  id: string;
  /** As dialled (after the NAT map): the `identity.address` of its FleetNode where there is one. */
  address: string;
  /** As the members know it: what MEET and MIGRATE take. A node that never met another does not know its own host. */
  announced: { host: string; port: number };
  /** Of the profile's `zones` or `--zone`, else what the server announces (availability zone); null: unknown. */
  zone: string | null;
  role: "primary" | "replica";
  /** Of its primary, for a replica. */
  primaryId: string | null;
  configEpoch: number;
  /** By its own word where it was asked, else as the others see it. Ascending; empty for replicas. */
  slots: SlotRange[];
  /** Its own open slots. Other nodes' are only known from their own word. */
  migrating: { slot: number; to: string }[];
  importing: { slot: number; from: string }[];
  /** It answered in this run. */
  reachable: boolean;
  /** Why it did not, as a clause; null when it did. */
  failure: string | null;
  /** Some member holds it for failed (`fail`) or suspects it (`fail?`). */
  failing: boolean;
  product: "redis" | "valkey" | null;
  version: string | null;
  /** Null: not known. */
  keys: number | null;
  usedBytes: number | null;
  opsPerSecond: number | null;
}

/** What stands in the way of a change: a sentence and the next step. */
export interface ClusterObstacle {
  code:
    | "node-unreachable"
    | "node-failing"
    | "views-differ"
    | "slots-open"
    | "slots-uncovered"
    | "slots-multiply-owned"
    | "state-not-ok"
    | "migration-running"
    | "epoch-collision"
    | "discovery-gap";
  message: string;
  hint: string;
}

/** The members and what is not settled between them. Plain JSON. */
export interface ClusterTopology {
  /** Primaries by their first slot, those without slots after them by address; each followed by its replicas by address. */
  nodes: ClusterNode[];
  /** Slots without an owner; all of them where no member showed its view (then `nodes` is empty). */
  uncovered: SlotRange[];
  /** Worst first; empty: every member sees the same healthy cluster. */
  obstacles: ClusterObstacle[];
  /** Equal exactly where ids, roles and slot owners are equal: a plan made for another topology is refused by it. */
  fingerprint: string;
}

export interface NodeRef {
  id: string;
  address: string;
}
