import type { BulkReply } from "../../model/node-port.js";
import { batchesOf, migrateCommand, type Batch } from "./migrate-command.js";
import { listKeys, listNames, tooBig, type SlotKeys } from "./list-keys.js";
import { errorText } from "./member-link.js";
import { step, type PairRun } from "./move-run.js";
import type { Era } from "./own-copies.js";
import { settleCopies } from "./settle-copies.js";

export interface Drained {
  /** The source has no key of these any more. */
  empty: number[];
  /** Slot → why its keys cannot be moved. */
  stuck: Map<number, string>;
  keys: number;
  /** Why the other keys of this pair would not move either. */
  fatal: string | null;
}

/** Keys that are listed at once in an open slot: some 100 KB of names. */
const listedAtOnce = 2_000;
/** A round that moves nothing is repeated this often: a target that is loading or held for down takes seconds to recover. */
const mostFruitless = 25;
const fruitlessPauseMs = 200;

/**
 * Moves the keys of open slots until the source answers that it has none: clients still write to keys that it has, though new
 * ones go to the target. `listed`: what was listed before the slots were opened. `era`: since when the target's copies are known to be
 * our own; null: they are not.
 */
export async function drainSlots(
  pair: PairRun,
  lane: string,
  listed: readonly SlotKeys[],
  era: Era | null,
): Promise<Drained> {
  const drained: Drained = { empty: [], stuck: new Map(), keys: 0, fatal: null };
  let left = [...listed];
  let fruitless = 0;
  while (left.length > 0) {
    const trouble = await sendBatches(pair, lane, left, drained);
    if (trouble === null) fruitless = 0;
    left = await listAgain(pair, lane, left, drained);
    if (trouble === null || left.length === 0) continue;
    if (isHopeless(trouble) || ++fruitless > mostFruitless) {
      drained.fatal = `${pair.to.address} takes no keys from ${pair.from.address}: ${trouble}`;
      for (const { slot } of left) drained.stuck.set(slot, drained.fatal);
      return drained;
    }
    await resolve(pair, lane, left, drained, { trouble, era });
    left = await listAgain(pair, lane, left, drained);
    if (fruitless > 1) await pair.run.deps.clock.sleep(fruitlessPauseMs);
  }
  return drained;
}

/** The first error of a round; null: every MIGRATE was carried out. */
async function sendBatches(
  pair: PairRun,
  lane: string,
  slots: readonly SlotKeys[],
  drained: Drained,
): Promise<string | null> {
  const { run, from, pace } = pair;
  const batches = slots.flatMap((slot) => batchesOf(slot, run.options));
  let trouble: string | null = null;
  let moved = 0;
  for (const chunk of chunksOf(batches, pace.requestKeys, run.options.batchBytes)) {
    const began = run.deps.clock.monotonicMs();
    const sending = from.ask(
      lane,
      chunk.map((batch) => migrateCommand(pair, batch)),
    );
    // A step may be slow or fail; the answer is waited for only after it.
    sending.catch(() => undefined);
    await step(run, "batch-sent", slotsIn(chunk));
    const replies = await sending;
    const keys = countMoved(chunk, replies);
    moved += keys;
    drained.keys += keys;
    run.advance({ keys, bytes: chunk.reduce((sum, batch) => sum + batch.bytes, 0) });
    await step(run, "batch-moved", slotsIn(chunk));
    trouble ??= replies.map(errorText).find((text) => text !== null) ?? null;
    // A target that does not answer blocks the source with each further MIGRATE.
    if (trouble?.startsWith("IOERR") === true) return trouble;
    await pace.after(keys, run.deps.clock.monotonicMs() - began);
  }
  // Nothing moved and nothing was refused, yet keys were listed: they expired on the way, or they cannot be moved.
  return trouble ?? (moved === 0 && batches.length > 0 ? "the keys that are listed are not there" : null);
}

/** Batches that go in one request; one of more keys than that goes by itself. */
function chunksOf(batches: readonly Batch[], mostKeys: number, mostBytes: number): Batch[][] {
  const chunks: Batch[][] = [];
  let keys = 0;
  let bytes = 0;
  for (const batch of batches) {
    const last = chunks.at(-1);
    if (last === undefined || keys + batch.names.length > mostKeys || bytes + batch.bytes > mostBytes) {
      chunks.push([batch]);
      keys = bytes = 0;
    } else last.push(batch);
    keys += batch.names.length;
    bytes += batch.bytes;
  }
  return chunks;
}

function countMoved(chunk: readonly Batch[], replies: readonly BulkReply[]): number {
  return chunk.reduce((sum, batch, index) => sum + (replies[index] === "OK" ? batch.names.length : 0), 0);
}

/** What is still there. Slots that are empty by the source's own word, and those with a key too big, leave the round. */
async function listAgain(
  pair: PairRun,
  lane: string,
  slots: readonly SlotKeys[],
  drained: Drained,
): Promise<SlotKeys[]> {
  const numbers = slots.map(({ slot }) => slot);
  const lists = await listNames(pair, lane, numbers, listedAtOnce);
  drained.empty.push(...lists.filter(({ names }) => names.length === 0).map(({ slot }) => slot));
  const full = lists.filter(({ names }) => names.length > 0).map(({ slot }) => slot);
  if (full.length === 0) return [];
  const measured = await listKeys(pair, lane, full, listedAtOnce);
  return measured.filter((list) => {
    const refused = tooBig(pair, list);
    if (refused !== null) drained.stuck.set(list.slot, refused);
    return refused === null;
  });
}

/** Copies on both sides, a target that hangs: what can be mended between two rounds. */
async function resolve(
  pair: PairRun,
  lane: string,
  slots: SlotKeys[],
  drained: Drained,
  { trouble, era }: { trouble: string; era: Era | null },
): Promise<void> {
  if (!/^IOERR|BUSYKEY/.test(trouble)) return;
  // Where the target hangs, this question fails, and the window waits for it as for any lost node.
  await pair.to.askOne(lane, "PING");
  for (const { slot, names } of [...slots]) {
    const conflict = await settleCopies(pair, lane, slot, names, era);
    if (conflict === null) continue;
    drained.stuck.set(slot, conflict);
    slots.splice(
      slots.findIndex((other) => other.slot === slot),
      1,
    );
  }
}

/** Neither waiting nor looking at single keys helps. */
function isHopeless(trouble: string): boolean {
  return /NOAUTH|WRONGPASS|NOPERM|OOM |READONLY|MOVED|unknown command|Bad data format|DUMP payload|invalid (?:password|bulk)/i.test(
    trouble,
  );
}

function slotsIn(batches: readonly Batch[]): number[] {
  return [...new Set(batches.map(({ slot }) => slot))];
}
