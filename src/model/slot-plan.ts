import type { NodeRef } from "./cluster-topology.js";
import type { SlotRange } from "./slot-ranges.js";

/** What is levelled. keys, bytes and ops need numbers per slot or per primary; without them the planner refuses. */
export type BalanceMeasure = "slots" | "keys" | "bytes" | "ops";

/** Slots that change hands between one pair of primaries. */
export interface SlotMove {
  from: NodeRef;
  to: NodeRef;
  slots: SlotRange[];
  slotCount: number;
  /** Estimated; null: not known. */
  keys: number | null;
  bytes: number | null;
}

/** A primary before and after. Loads are in the unit of the plan's measure; null: not known. */
export interface PrimaryShare extends NodeRef {
  weight: number;
  slotsBefore: number;
  slotsAfter: number;
  loadBefore: number | null;
  loadAfter: number | null;
  /** What its weight entitles it to. */
  loadWanted: number | null;
}

/** Which slots go where. Versioned JSON: `--plan-out` writes it, `cluster apply` carries out exactly this. */
export interface SlotPlan {
  schemaVersion: 1;
  kind: "slot-plan";
  /** `cluster-rebalance`, `cluster-reshard`, `cluster-del-node`, … */
  operation: string;
  /** Name of the target it was made for. */
  target: string;
  by: BalanceMeasure;
  /** Of the topology it was made for. */
  fingerprint: string;
  /** At most one for a pair. Pairs by the source's, then the target's place in the topology. No slot is in two. */
  moves: SlotMove[];
  shares: PrimaryShare[];
  totals: { slots: number; keys: number | null; bytes: number | null };
  /** Sentences: what was taken into account and what could not be. */
  notes: string[];
}

/** Why there is no plan. */
export interface PlanRefusal {
  refused: true;
  code: string;
  message: string;
  hint: string;
}

export function isRefusal(answer: object): answer is PlanRefusal {
  return "refused" in answer;
}
