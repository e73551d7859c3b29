import { drainLoads } from "./drain-loads.js";
import { deviation, worstDeviation, type Bounds } from "./load-bounds.js";
import { chooseSlot, pairOf, type SlotOrder } from "./choose-slot.js";
import { slotCount } from "../model/hash-slot.js";
import { sumByOwner } from "./slot-map.js";

export interface LevelRequest {
  owners: Int16Array;
  /** By slot. */
  perSlot: readonly number[];
  /** By place. */
  bounds: readonly Bounds[];
}

/**
 * A few slots more for ranges in place of single slots are a good bargain: every range makes CLUSTER SLOTS longer, which all
 * clients read, and what has to travel are the same keys. Beyond this it is not: with skewed slots, few do the work of many.
 */
const slotsForRanges = 1.25;

/**
 * Who owns each slot when every primary is within its bounds, or as close as whole slots come.
 *
 * Slots are taken one by one from who is furthest over its share for who is furthest under it, until all are within their
 * bounds: the heaviest that fits first. Where slots are much alike that would pick them from all over, so it is also tried
 * with slots side by side, and that is taken where it needs at most a quarter more of them.
 *
 * Every step brings the worse of its two primaries closer, so none of them ends further off than the worst one was when
 * the drained had given what they have; and where it ends, no single slot brings any two closer: levelling again moves nothing.
 */
export function levelLoads(request: LevelRequest): Int16Array {
  const drained = drainLoads(request);
  const heaviest = level({ ...request, owners: drained }, "heaviest");
  const ranges = level({ ...request, owners: drained }, "side-by-side");
  const asGood = ranges.worst <= Math.max(heaviest.worst, heaviest.allowed);
  return asGood && ranges.moved <= heaviest.moved * slotsForRanges ? ranges.owners : heaviest.owners;
}

/** A slot may go on from its first taker, so there can be more steps than slots; in practice there are fewer. */
const mostSteps = 4 * slotCount;

interface Levelled {
  owners: Int16Array;
  moved: number;
  worst: number;
  /** What counts as level, as a deviation. */
  allowed: number;
}

function level({ owners, perSlot, bounds }: LevelRequest, order: SlotOrder): Levelled {
  const now = Int16Array.from(owners);
  const loads = sumByOwner(now, bounds.length, perSlot);
  const movable = bounds.map((_, place) => byLoad(now, perSlot, place));
  const average = perSlot.reduce((a, b) => a + b, 0) / perSlot.length;
  const state: LevelState = { now, loads, perSlot, average, bounds, movable, latest: new Map() };
  let step: Step | null = null;
  // Steps end by themselves, since each lowers the worse deviation of its two. The bound is for what rounding might do to that.
  for (let steps = 0; steps < mostSteps; steps++) {
    step = (order === "side-by-side" ? goOn(state, step) : null) ?? nextStep(state, order);
    if (step === null) break;
    carryOut(state, step);
  }
  const moved = now.reduce((sum, owner, slot) => sum + (owner === owners[slot] ? 0 : 1), 0);
  const allowed = bounds.reduce((most, bound) => Math.max(most, deviation(bound.upper, bound)), 0);
  return { owners: now, moved, worst: worstDeviation(loads, bounds), allowed };
}

/** Where levelling stands. Arrays are by place, those of slots by slot. */
export interface LevelState {
  now: Int16Array;
  loads: number[];
  perSlot: readonly number[];
  /** Of all slots. */
  average: number;
  bounds: readonly Bounds[];
  /** Slots with a load, by their owner now; the heaviest first, then the lowest. */
  movable: number[][];
  /** Pair → the slot that moved last between the two: its neighbour is likely to be the next. */
  latest: Map<string, number>;
}

interface Step {
  slot: number;
  from: number;
  to: number;
}

function carryOut({ now, loads, perSlot, movable, latest }: LevelState, { slot, from, to }: Step): void {
  const load = perSlot[slot] ?? 0;
  now[slot] = to;
  loads[from] = (loads[from] ?? 0) - load;
  loads[to] = (loads[to] ?? 0) + load;
  const [giving, taking] = [movable[from] ?? [], movable[to] ?? []];
  giving.splice(placeByLoad(giving, perSlot, slot), 1);
  taking.splice(placeByLoad(taking, perSlot, slot), 0, slot);
  latest.set(pairOf(from, to), slot);
}

function byLoad(owners: Int16Array, perSlot: readonly number[], place: number): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < owners.length; slot++)
    if (owners[slot] === place && (perSlot[slot] ?? 0) > 0) slots.push(slot);
  return slots.sort((a, b) => (perSlot[b] ?? 0) - (perSlot[a] ?? 0) || a - b);
}

/** Where the slot is in such a list, or belongs. */
function placeByLoad(slots: readonly number[], perSlot: readonly number[], slot: number): number {
  const load = perSlot[slot] ?? 0;
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = slots[middle] ?? 0;
    const otherLoad = perSlot[other] ?? 0;
    if (otherLoad > load || (otherLoad === load && other < slot)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The pair of the step before, until its taker has enough: takers who take turns would tear each other's ranges apart. */
function goOn(state: LevelState, step: Step | null): Step | null {
  if (step === null) return null;
  const { from, to } = step;
  const [giver, taker] = [state.bounds[from], state.bounds[to]];
  if (giver === undefined || taker === undefined) return null;
  if ((state.loads[from] ?? 0) <= giver.wanted || (state.loads[to] ?? 0) >= taker.lower) return null;
  const slot = chooseSlot(state, from, to, "side-by-side");
  return slot === null ? null : { slot, from, to };
}

/** The pair that is furthest apart and has a suitable slot; null when all are level, or no slot helps. */
function nextStep(state: LevelState, order: SlotOrder): Step | null {
  const { loads, bounds } = state;
  const deviations = bounds.map((bound, i) => (bound.wanted === 0 ? 0 : deviation(loads[i] ?? 0, bound)));
  const at = (place: number) => deviations[place] ?? 0;
  const places = [...bounds.keys()];
  const over = places.filter((i) => at(i) > 0).sort((a, b) => at(b) - at(a) || a - b);
  const under = places.filter((i) => at(i) < 0).sort((a, b) => at(a) - at(b) || a - b);
  const isOff = (i: number) => (loads[i] ?? 0) > (bounds[i]?.upper ?? 0) || (loads[i] ?? 0) < (bounds[i]?.lower ?? 0);
  for (const from of over)
    for (const to of under) {
      if (!isOff(from) && !isOff(to)) continue;
      const slot = chooseSlot(state, from, to, order);
      if (slot !== null) return { slot, from, to };
    }
  return null;
}
