import type { SlotPlan } from "../../model/slot-plan.js";
import { formatCount, formatDuration, formatSize } from "../format-value.js";
import { plural } from "../summary.js";

/** How long a plan takes, as the planner reckons. */
export interface TimeEstimate {
  lowSeconds: number;
  highSeconds: number;
  /** What it rests on, as a sentence. */
  basis: string;
}

/** `4,096 slots with about 250,000 keys (30.5 MB) between 3 pairs of primaries`: the object of a question or a summary. */
export function planSize({ moves, totals: { slots, keys, bytes } }: SlotPlan): string {
  const size = bytes === null ? "" : ` (${formatSize(bytes)})`;
  const held =
    keys === null ? "" : ` with about ${formatCount(Math.round(keys))} ${plural(Math.round(keys), "key")}${size}`;
  const pairs = moves.length === 1 ? pairOf(moves[0]) : ` between ${moves.length} pairs of primaries`;
  return `${formatCount(slots)} ${plural(slots, "slot")}${held}${pairs}`;
}

function pairOf(move: SlotPlan["moves"][number] | undefined): string {
  return move === undefined ? "" : ` from ${move.from.address} to ${move.to.address}`;
}

/** `Estimated time: 4 s to 11 s. …`; nothing where it cannot be known. */
export function timeNote(plan: SlotPlan, estimate: TimeEstimate | null): string[] {
  if (plan.moves.length === 0) return [];
  if (estimate === null) return ["How long it takes cannot be estimated: the number of keys to move is not known."];
  const { lowSeconds, highSeconds, basis } = estimate;
  return [`Estimated time: ${formatDuration(lowSeconds)} to ${formatDuration(highSeconds)}. ${basis}`];
}
