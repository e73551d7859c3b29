import type { SlotRange } from "./slot-ranges.js";

/** A server that is to become a member. */
export interface NewMember {
  host: string;
  port: number;
  /** `host:port` as formatEndpoint writes it. */
  address: string;
  /** Null: not told. */
  zone: string | null;
}

export interface NewPrimary extends NewMember {
  slots: SlotRange[];
  slotCount: number;
  replicas: NewMember[];
}

/** Who becomes what in a new cluster. Plain JSON. */
export interface CreatePlan {
  schemaVersion: 1;
  kind: "create-plan";
  operation: "cluster-create";
  /** By their first slot. */
  primaries: NewPrimary[];
  /** Sentences: where placement could not keep a primary and its replica apart, and who got a replica more. */
  notes: string[];
}
