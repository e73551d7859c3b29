import type { FixStep } from "../model/fix-plan.js";
import { formatRanges, rangesOf, slotsOf } from "../model/slot-ranges.js";
import { errorText, firstError, type Command, type MemberLink } from "./mover/member-link.js";
import { setSlots } from "./mover/open-slots.js";
import { askSlotView, type SlotView } from "./mover/slot-view.js";

/** Null: done, and seen to hold. Else why not, as a clause; nothing was lost. */
export type StepOutcome = string | null;

/** Connection that these commands share; the mover has its own. */
export const fixLane = "fix";

/**
 * Makes `loser` forget that it owns slots which `winner` owns too. DELSLOTS comes first: a node that owns a slot and hears of a better
 * claim deletes its keys of it, one that does not own it keeps them. Not one transaction: Valkey 8.1 and 9.1 crash on SETSLOT
 * within MULTI when they have replicas, for whose word it waits.
 */
export async function renounce(loser: MemberLink, winner: MemberLink, step: FixStep): Promise<StepOutcome> {
  const [here, there] = await Promise.all([askSlotView(loser, fixLane), askSlotView(winner, fixLane)]);
  const slots = slotsOf(step.slots).filter((slot) => here.ownerOf(slot) === loser.id);
  if (slots.length === 0) return null;
  const unclaimed = slots.filter((slot) => there.ownerOf(slot) !== winner.id);
  if (unclaimed.length > 0)
    return `${winner.address} does not claim slots ${formatRanges(rangesOf(unclaimed))} any more`;
  const refused = errorText(await loser.askOne(fixLane, "CLUSTER", "DELSLOTS", ...slots.map(String)));
  if (refused !== null) return `${loser.address} does not give up its claim: ${refused}`;
  const told = await setSlots(loser, fixLane, slots, "NODE", winner.id);
  const after = await askSlotView(loser, fixLane);
  const [why] = told.refused.values();
  const what = `${loser.address} does not take ${winner.address} for the owner${why === undefined ? "" : ` (${why})`}:`;
  return stillWrong(slots, (slot) => after.ownerOf(slot) !== winner.id, what);
}

/**
 * Makes `owner` the owner, with the highest epoch of the cluster, in one transaction: between ADDSLOTS and BUMPEPOCH another node's
 * older claim could take the slots away again, and their keys with them.
 */
export async function claim(owner: MemberLink, others: readonly MemberLink[], step: FixStep): Promise<StepOutcome> {
  const view = await askSlotView(owner, fixLane);
  const slots = slotsOf(step.slots).filter((slot) => view.ownerOf(slot) !== owner.id);
  if (slots.length === 0) return null;
  const rival = await findRival(others, slots);
  if (rival !== null) return rival;
  const assigned = slots.filter((slot) => view.ownerOf(slot) !== null);
  const refused = await transaction(owner, [
    ...(assigned.length === 0 ? [] : [["CLUSTER", "DELSLOTS", ...assigned.map(String)] as const]),
    ["CLUSTER", "ADDSLOTS", ...slots.map(String)],
    ["CLUSTER", "BUMPEPOCH"],
  ]);
  if (refused !== null) return `${owner.address} does not take the slots: ${refused}`;
  const after = await askSlotView(owner, fixLane);
  return stillWrong(slots, (slot) => after.ownerOf(slot) !== owner.id, `${owner.address} does not own`);
}

/** Raises the owner's epoch, so that every member believes it. Only where no other claims what it owns: that one would drop its keys. */
export async function announce(owner: MemberLink, others: readonly MemberLink[], step: FixStep): Promise<StepOutcome> {
  const view = await askSlotView(owner, fixLane);
  const slots = slotsOf(step.slots);
  const lost = slots.filter((slot) => view.ownerOf(slot) !== owner.id);
  if (lost.length > 0) return `${owner.address} does not own slots ${formatRanges(rangesOf(lost))} any more`;
  const owned = Array.from({ length: 16_384 }, (_, slot) => slot).filter((slot) => view.ownerOf(slot) === owner.id);
  const rival = await findRival(others, owned);
  if (rival !== null) return rival;
  const refused = errorText(await owner.askOne(fixLane, "CLUSTER", "BUMPEPOCH"));
  return refused === null ? null : `${owner.address} does not raise its epoch: ${refused}`;
}

/** SETSLOT STABLE, on the owner or on a node that has no key of the slots. */
export async function close(node: MemberLink, step: FixStep): Promise<StepOutcome> {
  const view = await askSlotView(node, fixLane);
  const slots = slotsOf(step.slots);
  const foreign = slots.filter((slot) => view.ownerOf(slot) !== node.id);
  const holding = await slotsHeld(node, foreign);
  if (holding.length > 0) return `${node.address} has keys of slots ${formatRanges(rangesOf(holding))} by now`;
  return closeOpen(node, slots);
}

/** Ends the opening and sees that it has ended. */
export async function closeOpen(node: MemberLink, slots: readonly number[]): Promise<StepOutcome> {
  const { refused } = await setSlots(node, fixLane, slots, "STABLE");
  const after = await askSlotView(node, fixLane);
  const [first] = refused.values();
  return stillWrong(
    slots,
    (slot) => isOpen(after, slot),
    `${node.address} still has open${first === undefined ? "" : ` (${first})`}`,
  );
}

/** Those of the slots that the node has keys of. A count that is refused counts as some. */
export async function slotsHeld(node: MemberLink, slots: readonly number[]): Promise<number[]> {
  const replies = await node.ask(
    fixLane,
    slots.map((slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", String(slot)]),
  );
  return slots.filter((_, index) => replies[index] !== 0);
}

function isOpen({ migrating, importing }: SlotView, slot: number): boolean {
  return migrating.has(slot) || importing.has(slot);
}

async function findRival(others: readonly MemberLink[], slots: readonly number[]): Promise<StepOutcome> {
  const views = await Promise.all(others.map(async (link) => ({ link, view: await askSlotView(link, fixLane) })));
  for (const { link, view } of views) {
    const claimed = slots.filter((slot) => view.ownerOf(slot) === link.id);
    if (claimed.length > 0) return `${link.address} claims slots ${formatRanges(rangesOf(claimed))} now`;
  }
  return null;
}

/** The text of the first refusal; null: all was done. A transaction of Redis does the rest even so. */
async function transaction(link: MemberLink, commands: readonly Command[]): Promise<string | null> {
  const replies = await link.ask(fixLane, [["MULTI"], ...commands, ["EXEC"]]);
  const results = replies.at(-1);
  const refused = firstError(replies) ?? (Array.isArray(results) ? firstError(results) : null);
  if (refused !== null) return refused.text;
  return Array.isArray(results) && results.length === commands.length ? null : "the transaction was not carried out";
}

function stillWrong(slots: readonly number[], isWrong: (slot: number) => boolean, what: string): StepOutcome {
  const wrong = slots.filter(isWrong);
  return wrong.length === 0 ? null : `${what} slots ${formatRanges(rangesOf(wrong))}`;
}
