import { slotCount } from "../model/hash-slot.js";
import type { Flow } from "./match-surplus.js";
import { nobody } from "./slot-map.js";

/** Slots side by side that one owner could give to one taker. */
interface Cut {
  flow: Flow;
  first: number;
  last: number;
  /** All that the owner has there; else an end of it. */
  whole: boolean;
  /** How many ranges the cluster has more for it. */
  ranges: number;
  /** Neighbours that will give to the same taker, and so may join it later. */
  prospects: number;
}

/**
 * Chooses which slots flow. Givers and takers are different places, and no giver gives more than it has.
 *
 * Of the cuts that are possible the one that leaves the cluster with the fewest ranges is taken first: a range that fills a
 * gap of the taker, then one that adjoins it, then any whole range, and the end of a range last. CLUSTER SLOTS and the gossip
 * grow with every range, and all clients read them.
 *
 * @returns the owners afterwards
 */
export function pickSlots(owners: Int16Array, flows: readonly Flow[]): Int16Array {
  const now = Int16Array.from(owners);
  const open = flows.map((flow) => ({ ...flow }));
  for (;;) {
    const best = bestCut(now, open);
    if (best === null) return now;
    if (best.whole) takeWholeRuns(now, open, best.ranges);
    else take(now, best);
  }
}

/** Takes every whole range that is as good: once up and once down, since each may make its neighbour a better one. */
function takeWholeRuns(now: Int16Array, open: readonly Flow[], ranges: number): void {
  for (const runs of [runsOf(now), runsOf(now).reverse()])
    for (const [first, last] of runs) {
      const cut = bestOf(cutsOfRun(now, open, first, last));
      if (cut !== null && cut.whole && cut.ranges <= ranges) take(now, cut);
    }
}

function take(now: Int16Array, { flow, first, last }: Cut): void {
  now.fill(flow.to, first, last + 1);
  flow.slots -= last - first + 1;
}

function bestCut(now: Int16Array, open: readonly Flow[]): Cut | null {
  let best: Cut | null = null;
  for (const [first, last] of runsOf(now)) best = better(best, bestOf(cutsOfRun(now, open, first, last)));
  return best;
}

function cutsOfRun(now: Int16Array, open: readonly Flow[], first: number, last: number): Cut[] {
  const owner = now[first] ?? nobody;
  return open
    .filter(({ from, slots }) => from === owner && slots > 0)
    .flatMap((flow) => {
      const left = neighbour(now, open, flow, first - 1);
      const right = neighbour(now, open, flow, last + 1);
      if (last - first + 1 <= flow.slots)
        return [
          {
            ...{ flow, first, last, whole: true },
            ranges: -left.joins - right.joins,
            prospects: left.prospects + right.prospects,
          },
        ];
      const head = { flow, first, last: first + flow.slots - 1, whole: false };
      const tail = { flow, first: last - flow.slots + 1, last, whole: false };
      return [
        { ...head, ranges: 1 - left.joins, prospects: left.prospects },
        { ...tail, ranges: 1 - right.joins, prospects: right.prospects },
      ];
    });
}

function neighbour(now: Int16Array, open: readonly Flow[], { to }: Flow, slot: number) {
  const owner = slot < 0 || slot >= slotCount ? nobody : (now[slot] ?? nobody);
  if (owner === to) return { joins: 1, prospects: 0 };
  return { joins: 0, prospects: open.some((flow) => flow.from === owner && flow.to === to && flow.slots > 0) ? 1 : 0 };
}

function bestOf(cuts: readonly Cut[]): Cut | null {
  return cuts.reduce<Cut | null>(better, null);
}

/** The first of equals, which is the one with the lower slots and then the earlier flow. */
function better(a: Cut | null, b: Cut | null): Cut | null {
  if (a === null || b === null) return a ?? b;
  const order = a.ranges - b.ranges || b.prospects - a.prospects || sizeOf(b) - sizeOf(a);
  return order <= 0 ? a : b;
}

function sizeOf({ first, last }: Cut): number {
  return last - first + 1;
}

/** First and last slot of each stretch with one owner, ascending. */
function runsOf(owners: Int16Array): [first: number, last: number][] {
  const runs: [number, number][] = [];
  let first = 0;
  for (let slot = 1; slot <= owners.length; slot++) {
    if (slot < owners.length && owners[slot] === owners[first]) continue;
    runs.push([first, slot - 1]);
    first = slot;
  }
  return runs;
}
