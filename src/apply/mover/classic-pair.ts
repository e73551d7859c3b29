import { moveWindow } from "./classic-window.js";
import { errorText, isLost, type Command } from "./member-link.js";
import { stopReason, type PairRun, type PartResult } from "./move-run.js";

/** Slots with keys that are open at a time in one window: what a killed run leaves to be finished. */
const windowFullSlots = 32;
const windowKeys = 4_000;
/** A stop waits for the windows that are open: under a rate each holds what moves within so many seconds, or a single slot. */
const windowSeconds = 5;
/** Slots of a window in all. Nothing of an empty one can be left behind, so it counts only for how long its SETSLOTs take. */
const windowSlots = 128;
/** Windows of a pair at the same time: while one is opened or closed, another's keys move. More of them keep others waiting longer. */
const lanes = 2;

/** Moves slots of one pair window by window until all are through, a stop is asked for, or there is no sense in going on. */
export async function moveClassic(pair: PairRun, slots: readonly number[]): Promise<PartResult> {
  const result: PartResult = { moved: [], keys: 0, left: [], fatal: null };
  const windows = await windowsOf(pair, slots, result);
  const worker = async (lane: string) => {
    for (;;) {
      if (pair.run.deps.stopRequested.aborted || result.fatal !== null) return;
      const window = windows.shift();
      if (window === undefined) return;
      const part = await moveWindow({ pair, lane, slots: window });
      result.moved.push(...part.moved);
      result.left.push(...part.left);
      result.keys += part.keys;
      result.fatal ??= part.fatal;
    }
  };
  const working = Array.from({ length: lanes }, (_, index) => worker(`move-${index}`));
  // All come to rest before a failure is handed on: nothing may go on moving after the answer.
  const failed = (await Promise.allSettled(working)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason as unknown;
  const begun = windows.flat();
  if (begun.length > 0)
    result.left.push({
      slots: begun,
      state: "not-begun",
      reason: result.fatal ?? stopReason,
      stopped: result.fatal === null,
    });
  return result;
}

/** Small enough each by slots and by keys, in ascending order. */
async function windowsOf({ from, run }: PairRun, slots: readonly number[], result: PartResult): Promise<number[][]> {
  const mostKeys = Math.min(windowKeys, (run.options.ratePerSecond ?? Infinity) * windowSeconds);
  const counts = await countKeys(from, slots).catch((error: unknown) => {
    if (!isLost(error)) throw error;
    result.fatal = error.message;
    return slots.map(() => 0);
  });
  const windows: number[][] = [];
  let full = 0;
  let keys = 0;
  slots.forEach((slot, index) => {
    const window = windows.at(-1);
    const count = counts[index] ?? 0;
    full += count > 0 ? 1 : 0;
    keys += count;
    const fits = full <= windowFullSlots && keys <= mostKeys;
    if (window !== undefined && window.length < windowSlots && fits) window.push(slot);
    else {
      windows.push([slot]);
      full = count > 0 ? 1 : 0;
      keys = count;
    }
  });
  return windows;
}

const countedAtOnce = 1_000;

/** Keys per slot on the source. A count that is refused is taken as a full window: the listing says what is wrong. */
async function countKeys(from: PairRun["from"], slots: readonly number[]): Promise<number[]> {
  const counts: number[] = [];
  for (let at = 0; at < slots.length; at += countedAtOnce) {
    const some = slots.slice(at, at + countedAtOnce);
    const replies = await from.ask(
      "count",
      some.map((slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", String(slot)]),
    );
    counts.push(
      ...replies.map((reply) => (errorText(reply) === null && typeof reply === "number" ? reply : windowKeys)),
    );
  }
  return counts;
}
