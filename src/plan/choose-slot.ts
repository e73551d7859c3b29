import { slotCount } from "../model/hash-slot.js";
import type { LevelState } from "./level-loads.js";
import { deviation, type Bounds } from "./load-bounds.js";
import { nobody } from "./slot-map.js";

export type SlotOrder = "heaviest" | "side-by-side";

/** So many times the average: such a slot is moved for its own sake, and not because of where it lies. */
const heavyFactor = 4;

/**
 * The slot of `from` to give to `to`: one that leaves both within their bounds (the giver not below, the taker not above), else
 * the one that brings the two closest to their shares. Null: none helps.
 */
export function chooseSlot(state: LevelState, from: number, to: number, order: SlotOrder): number | null {
  const { perSlot, average } = state;
  const candidates = state.movable[from] ?? [];
  const room = roomBetween(state, from, to);
  const fitting = firstThatFits(candidates, perSlot, room);
  const heaviest = candidates[fitting];
  if (heaviest === undefined) return closest(state, from, to, candidates);
  if (order === "heaviest" || (perSlot[heaviest] ?? 0) >= heavyFactor * average) return heaviest;
  return besideLatest(state, from, to, room) ?? fewestRanges(state, candidates, fitting, to);
}

export function pairOf(from: number, to: number): string {
  return `${from} ${to}`;
}

/** Where in the list, heaviest first, those begin that carry at most `room`; its length when none does. */
function firstThatFits(slots: readonly number[], perSlot: readonly number[], room: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((perSlot[slots[middle] ?? 0] ?? 0) <= room) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The neighbour of the slot that moved last between the two, where it can follow without making a range more. */
function besideLatest(state: LevelState, from: number, to: number, room: number): number | null {
  const { now, perSlot, latest } = state;
  const slot = latest.get(pairOf(from, to));
  if (slot === undefined) return null;
  for (const side of [slot - 1, slot + 1]) {
    const load = perSlot[side] ?? 0;
    const isCandidate = now[side] === from && load > 0 && load <= room;
    if (isCandidate && rangesMore(state, side, to) <= 0) return side;
  }
  return null;
}

/** The lowest slot of those from this place on that make the fewest ranges more. */
function fewestRanges(state: LevelState, slots: readonly number[], start: number, to: number): number {
  return first(slots, start, (slot) => rangesMore(state, slot, to));
}

function roomBetween({ loads, bounds }: LevelState, from: number, to: number): number {
  const above = (loads[from] ?? 0) - (bounds[from]?.lower ?? 0);
  const below = (bounds[to]?.upper ?? 0) - (loads[to] ?? 0);
  return Math.min(above, below);
}

/** By the worse of the two deviations afterwards, which has to become smaller. */
function closest(state: LevelState, from: number, to: number, candidates: readonly number[]): number | null {
  const { loads, perSlot, bounds } = state;
  const [giver, taker] = [bounds[from], bounds[to]];
  if (giver === undefined || taker === undefined || candidates.length === 0) return null;
  const worseAfter = (load: number) => worse((loads[from] ?? 0) - load, giver, (loads[to] ?? 0) + load, taker);
  const best = first(candidates, 0, (slot) => worseAfter(perSlot[slot] ?? 0));
  // A gain within the rounding of sums is none.
  return worseAfter(perSlot[best] ?? 0) < worseAfter(0) - 1e-9 ? best : null;
}

function worse(giverLoad: number, giver: Bounds, takerLoad: number, taker: Bounds): number {
  return Math.max(Math.abs(deviation(giverLoad, giver)), Math.abs(deviation(takerLoad, taker)));
}

/** How many ranges more the cluster has when `to` takes the slot; a neighbour that is likely to follow counts for half a one. */
function rangesMore(state: LevelState, slot: number, to: number): number {
  return rangesMoreAt(state, slot, slot - 1, to) + rangesMoreAt(state, slot, slot + 1, to);
}

function rangesMoreAt({ now, loads, bounds }: LevelState, slot: number, side: number, to: number): number {
  const beside = side < 0 || side >= slotCount ? nobody : (now[side] ?? nobody);
  if (beside === now[slot]) return 1;
  if (beside === to) return -1;
  return beside !== nobody && (loads[beside] ?? 0) > (bounds[beside]?.wanted ?? 0) ? -0.5 : 0;
}

/** The lowest of those from `start` on for which `cost` is least. There is at least one. */
function first(slots: readonly number[], start: number, cost: (slot: number) => number): number {
  let best = slots[start] ?? nobody;
  let least = Infinity;
  for (let i = start; i < slots.length; i++) {
    const slot = slots[i] ?? nobody;
    const its = cost(slot);
    if (its > least || (its === least && slot > best)) continue;
    best = slot;
    least = its;
  }
  return best;
}
