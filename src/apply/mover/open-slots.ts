import { errorText, firstError, type Command, type MemberLink } from "./member-link.js";
import { step, type PairRun, type SlotsLeft } from "./move-run.js";
import type { SlotView } from "./slot-view.js";

/**
 * Opens slots: the target first, for a source that migrates to a target that does not import sends clients in circles. What one
 * of them refuses is closed again, before any key was moved. Resolves with the open ones and with those refused.
 */
export async function openSlots(
  { run, from, to }: PairRun,
  lane: string,
  slots: readonly number[],
): Promise<{ open: number[]; left: SlotsLeft[] }> {
  await step(run, "before-open", slots);
  const importing = await insistOnSlots(run, to, lane, slots, "IMPORTING", from.id);
  await step(run, "target-importing", importing.done);
  const migrating = await insistOnSlots(run, from, lane, importing.done, "MIGRATING", to.id);
  await step(run, "source-migrating", migrating.done);
  await setSlots(to, lane, [...migrating.refused.keys()], "STABLE");
  const refused = [
    ...[...importing.refused].map(([slot, text]) => ({
      slot,
      reason: `${to.address} does not take the slot from ${from.address}: ${text}`,
    })),
    ...[...migrating.refused].map(([slot, text]) => ({
      slot,
      reason: `${from.address} does not give the slot to ${to.address}: ${text}`,
    })),
  ];
  return {
    open: migrating.done,
    left: refused.map(({ slot, reason }) => ({ slots: [slot], state: "not-begun", reason })),
  };
}

/** SETSLOT of each slot, all at once. */
export async function setSlots(
  link: MemberLink,
  lane: string,
  slots: readonly number[],
  ...state: readonly string[]
): Promise<SlotsSet> {
  const replies = await link.askApart(
    lane,
    slots.map((slot): Command => ["CLUSTER", "SETSLOT", String(slot), ...state]),
  );
  const refused = new Map<number, string>();
  slots.forEach((slot, index) => {
    const text = errorText(replies[index]);
    if (text !== null) refused.set(slot, text);
  });
  return { done: slots.filter((slot) => !refused.has(slot)), refused };
}

interface SlotsSet {
  done: number[];
  refused: Map<number, string>;
}

/** Valkey carries SETSLOT out when the replicas have it, and says this after two seconds where one has not. */
const passingRefusal = /^NOREPLICAS\b/;
const mostTries = 5;

/**
 * As {@link setSlots}, and again where it is refused for the moment only: of one slot first, since each refusal takes the server
 * two seconds.
 */
async function insistOnSlots(
  { deps: { clock, stopRequested } }: PairRun["run"],
  ...[link, lane, slots, ...state]: Parameters<typeof setSlots>
): Promise<SlotsSet> {
  const { refused } = await setSlots(link, lane, slots, ...state);
  for (let tries = 1; tries < mostTries && !stopRequested.aborted; tries++) {
    const passing = [...refused].filter(([, text]) => passingRefusal.test(text)).map(([slot]) => slot);
    if (passing.length === 0) break;
    await clock.sleep(200);
    for (const some of [passing.slice(0, 1), passing.slice(1)]) {
      const again = await setSlots(link, lane, some, ...state);
      for (const slot of again.done) refused.delete(slot);
      for (const [slot, text] of again.refused) refused.set(slot, text);
      if (again.refused.size > 0) break;
    }
  }
  return { done: slots.filter((slot) => !refused.has(slot)), refused };
}

/**
 * Closes slots that nothing has been moved of. The source first, so that new keys stay with it; then the target, if it has none:
 * a client may have put a new key there. Resolves with the slots that had to stay open.
 */
export async function closeUntouched({ from, to }: PairRun, lane: string, slots: readonly number[]): Promise<number[]> {
  const holding = await slotsWithKeys(to, lane, slots);
  const empty = slots.filter((slot) => !holding.includes(slot));
  await setSlots(from, lane, empty, "STABLE");
  // A client that was redirected just before may have written since.
  const late = await slotsWithKeys(to, lane, empty);
  await setSlots(from, lane, late, "MIGRATING", to.id);
  await setSlots(
    to,
    lane,
    empty.filter((slot) => !late.includes(slot)),
    "STABLE",
  );
  return [...holding, ...late];
}

async function slotsWithKeys(link: MemberLink, lane: string, slots: readonly number[]): Promise<number[]> {
  const replies = await link.ask(
    lane,
    slots.map((slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", String(slot)]),
  );
  // A slot whose keys cannot be counted is treated as if it had some.
  return slots.filter((_, index) => replies[index] !== 0);
}

/** Said by a primary that gave its last slot away and became a replica (redis#9223, and Valkey 8.1 while it waits for its replicas). */
const demoted = /only with (?:masters|primaries)|UNBLOCKED/i;

/** Tells a node the owner; the text of a refusal that matters, else null. */
export async function tellOwner(
  link: MemberLink,
  lane: string,
  slots: readonly number[],
  ownerId: string,
): Promise<{ slot: number; text: string } | null> {
  const replies = await link.askApart(
    lane,
    slots.map((slot): Command => ["CLUSTER", "SETSLOT", String(slot), "NODE", ownerId]),
  );
  const harmful = replies.filter((reply) => !demoted.test(errorText(reply) ?? ""));
  const error = firstError(harmful);
  if (error === null) return null;
  return { slot: slots[replies.indexOf(harmful[error.index] ?? null)] ?? -1, text: error.text };
}

export type SlotStanding =
  /** The source has it and nothing is open, or it is open between these two: go on. */
  | { kind: "here" }
  /** The target has it by its own word. */
  | { kind: "there" }
  | { kind: "elsewhere"; reason: string };

/** Where a slot stands by both nodes' word, right before anything is done to it. */
export function standingOf({ from, to }: PairRun, source: SlotView, target: SlotView, slot: number): SlotStanding {
  if (target.ownerOf(slot) === to.id) return { kind: "there" };
  if (target.role === "replica") return elsewhere(`${to.address} is a replica, which owns no slot`);
  const owner = source.ownerOf(slot);
  if (owner !== from.id)
    return elsewhere(
      `The slot belongs to ${owner === null ? "nobody" : source.addressOf(owner)} by the word of ${from.address}`,
    );
  const goes = source.migrating.get(slot);
  if (goes !== undefined && goes !== to.id)
    return elsewhere(`The slot is open already: ${from.address} gives it to ${source.addressOf(goes)}`);
  const comes = target.importing.get(slot);
  if (comes !== undefined && comes !== from.id)
    return elsewhere(`The slot is open already: ${to.address} takes it from ${target.addressOf(comes)}`);
  return { kind: "here" };
}

function elsewhere(reason: string): SlotStanding {
  return { kind: "elsewhere", reason: `${reason}. Run cachectl cluster check, then plan again` };
}
