import type { NodeRef } from "./cluster-topology.js";
import type { SlotRange } from "./slot-ranges.js";

/**
 * What one step of a repair does.
 *
 * - `renounce`: `node` gives up its claim to slots that `other` keeps; its keys stay where they are until `bring-home`.
 * - `claim`: `node` becomes the owner of slots that nobody serves.
 * - `close`: `node` forgets that it has slots open (SETSLOT STABLE). Moves nothing.
 * - `announce`: `node` tells everybody that it owns slots, with a higher epoch.
 * - `finish`: the move from `node` to `other` is brought to its end.
 * - `bring-home`: keys that `node` holds of slots of `other` are moved there.
 */
export type FixStepKind = "renounce" | "claim" | "close" | "announce" | "finish" | "bring-home";

export interface FixStep {
  kind: FixStepKind;
  /** Who is told to do it. */
  node: NodeRef;
  /** The other end; null for claim, close and announce. */
  other: NodeRef | null;
  slots: SlotRange[];
  /** Keys that have to move; null where none is moved by this step. */
  keys: number | null;
  /** What was seen, as a clause. */
  why: string;
}

/** Slots that are not repaired by this plan, and what has to be decided or done first. */
export interface LeftAlone {
  slots: SlotRange[];
  /** A sentence. */
  reason: string;
  /** The next step, a sentence. */
  hint: string;
  /** Lines ready for a shell, best first. */
  commands: string[];
  /** What `--accept-loss-of` has to name for it; null: consent does not help. */
  consent: string | null;
}

/** Everything that is to be repaired, in the order in which it is done. Plain JSON. */
export interface FixPlan {
  schemaVersion: 1;
  kind: "fix-plan";
  target: string;
  /** Of the topology it was made for. */
  fingerprint: string;
  /** By kind: what makes slots served and safe comes before what moves keys. */
  steps: FixStep[];
  leftAlone: LeftAlone[];
  /** Sentences: what else was seen. */
  notes: string[];
}

/** Keys in slots, by node id. Slots without keys are absent. */
export interface SlotHolders {
  counts: Record<string, Record<number, number>>;
  /** Primaries whose keys could not be counted, and why. */
  unknown: { node: NodeRef; reason: string }[];
}

/** Who owns what by the word of one member that answered. */
export interface OwnerView {
  id: string;
  address: string;
  owned: { ownerId: string; slots: SlotRange[] }[];
}
