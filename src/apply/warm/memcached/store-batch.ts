import type { WarmItem } from "../../../model/warm-manifest.js";
import { noOutcome, type PageOutcome, type WritePolicy } from "../cache-writer.js";
import { NoAnswer } from "../no-answer.js";
import type { LineAnswer } from "./asking.js";
import { encodeStore, type StoreVerb } from "./encode-store.js";
import { lookFirst } from "./look-first.js";
import type { ServerLane } from "./server-lane.js";

export interface StoreOptions {
  policy: WritePolicy;
  /** Unix milliseconds. */
  now: () => number;
}

/** What ends a run at once: each further item would get the same answer. */
const refusesAll = /^SERVER_ERROR out of memory/;

interface Store {
  index: number;
  verb: StoreVerb;
}

/** What one lane takes of a page, by index in `items`, as the policy wants it. Only in turn. Writes. */
export async function storeBatch(
  lane: ServerLane,
  items: readonly WarmItem[],
  batch: readonly number[],
  { policy, now }: StoreOptions,
): Promise<PageOutcome> {
  const outcome = noOutcome();
  let stores: Store[];
  if (policy.kind === "refresh-below") {
    const keys = batch.map((index) => items[index]?.key ?? "");
    const looked = await lookFirst(lane, keys, policy.ttlMs);
    for (const [at, answer] of looked.unclear) judge(outcome, batch[at] ?? 0, answer, lane.address);
    outcome.present = looked.present;
    stores = looked.wanted.map(({ at, verb }) => ({ index: batch[at] ?? 0, verb }));
  } else {
    const verb = policy.kind === "only-missing" ? "add" : "set";
    stores = batch.map((index) => ({ index, verb }));
  }
  if (outcome.refusal === null) await send(lane, items, stores, now(), outcome);
  const { written, present, failed, unknown } = outcome;
  outcome.notWritten = batch.length - written - present - failed.length - unknown;
  return outcome;
}

async function send(
  lane: ServerLane,
  items: readonly WarmItem[],
  stores: readonly Store[],
  nowMs: number,
  outcome: PageOutcome,
): Promise<void> {
  const answers = await lane.ask(stores.length, (at, server) => {
    const { index, verb } = stores[at] as Store;
    return encodeStore(verb, items[index] as WarmItem, server, nowMs);
  });
  const gone: Store[] = [];
  for (const [at, { index }] of stores.entries()) {
    const answer = answers[at] ?? "";
    // What was looked at has expired since, or went with a restart: missing, then.
    if (answer === "NOT_FOUND") gone.push({ index, verb: "add" });
    else judge(outcome, index, answer, lane.address);
  }
  if (gone.length > 0) await send(lane, items, gone, nowMs, outcome);
}

function judge(outcome: PageOutcome, index: number, answer: LineAnswer, address: string): void {
  if (answer === "STORED") outcome.written++;
  // EXISTS: somebody else has written it since it was looked at.
  else if (answer === "NOT_STORED" || answer === "EXISTS") outcome.present++;
  else if (answer instanceof NoAnswer) {
    outcome.refusal ??= answer.reason;
    if (!answer.notDone) outcome.unknown++;
  } else if (typeof answer !== "string") outcome.failed.push({ index, reason: answer.refused });
  else if (refusesAll.test(answer)) outcome.refusal ??= `${address}: ${answer}`;
  else outcome.failed.push({ index, reason: answer });
}
