import type { SlotMove, SlotPlan } from "../model/slot-plan.js";

export interface TimeEstimate {
  lowSeconds: number;
  highSeconds: number;
  /** What it rests on, as a sentence. */
  basis: string;
}

/** What one pair of primaries moves, when it has nothing else to do. */
interface Rates {
  keysPerSecond: number;
  bytesPerSecond: number;
  secondsPerSlot: number;
  /** Waiting for every node's word, the lock, and asking all for the owners at the end. */
  secondsAround: number;
}

/**
 * Small keys between servers on one machine. `npm run bench -- rebalance` measured 23,000 keys/s of 100 B for one pair at a
 * time, its slots included, on two cores that had other work too; this leaves room for idle ones.
 */
const fast: Rates = { keysPerSecond: 40_000, bytesPerSecond: 200e6, secondsPerSlot: 0.000_2, secondsAround: 0.5 };

/** Servers that have clients to serve, a network of 1 Gbit/s that others use too, and some milliseconds of way. */
const slow: Rates = { keysPerSecond: 10_000, bytesPerSecond: 30e6, secondsPerSlot: 0.002, secondsAround: 3 };

/**
 * How long it takes to carry the plan out, from its keys, bytes and slots, as a range: servers, networks and --rate differ more
 * than any number could say. Pairs that share no primary move at the same time, so the busiest primary is what takes longest.
 * Bytes that are not known are left out, and the basis says so.
 *
 * @returns null only where the number of keys is not known
 */
export function estimateSeconds({ moves, totals }: SlotPlan): TimeEstimate | null {
  if (totals.keys === null) return null;
  const bytes =
    totals.bytes === null
      ? "the bytes to move are not known, so large keys may take longer"
      : `${slow.bytesPerSecond / 1e6} to ${fast.bytesPerSecond / 1e6} MB/s`;
  const keys = `${slow.keysPerSecond / 1000},000 to ${fast.keysPerSecond / 1000},000 keys/s`;
  return {
    lowSeconds: busiestSeconds(moves, fast) + fast.secondsAround,
    // A primary may have to wait for the partner of its next pair, which has another one to finish first.
    highSeconds: Math.min(2 * busiestSeconds(moves, slow), allSeconds(moves, slow)) + slow.secondsAround,
    basis: `For each pair of primaries, ${keys} are assumed; ${bytes}. A rate limit or slow servers make it longer.`,
  };
}

/** What the primary with the most to give and take needs, one pair after another. */
function busiestSeconds(moves: readonly SlotMove[], rates: Rates): number {
  const byPrimary = new Map<string, number>();
  for (const move of moves)
    for (const { id } of [move.from, move.to]) byPrimary.set(id, (byPrimary.get(id) ?? 0) + secondsOf(move, rates));
  return Math.max(0, ...byPrimary.values());
}

function allSeconds(moves: readonly SlotMove[], rates: Rates): number {
  return moves.reduce((sum, move) => sum + secondsOf(move, rates), 0);
}

function secondsOf({ keys, bytes, slotCount }: SlotMove, rates: Rates): number {
  const { keysPerSecond, bytesPerSecond, secondsPerSlot } = rates;
  return (keys ?? 0) / keysPerSecond + (bytes ?? 0) / bytesPerSecond + slotCount * secondsPerSlot;
}
