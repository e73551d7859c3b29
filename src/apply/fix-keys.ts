import type { FixStep } from "../model/fix-plan.js";
import { formatRanges, rangesOf, slotsOf } from "../model/slot-ranges.js";
import { finishOpenSlot } from "./finish-open-slot.js";
import { closeOpen, fixLane, slotsHeld, type StepOutcome } from "./fix-steps.js";
import type { MoveDeps, MoveMember, MoveOptions } from "./move-types.js";
import type { MemberLink } from "./mover/member-link.js";
import { setSlots } from "./mover/open-slots.js";
import { askSlotView } from "./mover/slot-view.js";

/** What moving keys needs beside the two ends. */
export interface KeyMoves {
  members: readonly MoveMember[];
  options: MoveOptions;
  deps: MoveDeps;
  /** Sentences for the report: copies that were equal, and the like. */
  notes: Set<string>;
}

export interface KeysMoved {
  keys: number;
  outcome: StepOutcome;
}

/** Brings begun moves to their end, slot by slot; one that cannot be is left as open as it is, and the others go on. */
export async function finish(from: MemberLink, to: MemberLink, step: FixStep, moves: KeyMoves): Promise<KeysMoved> {
  const target = await askSlotView(to, fixLane);
  // Opened for another source, in a move that was given up: from now on for this one.
  const misdirected = slotsOf(step.slots).filter(
    (slot) => target.ownerOf(slot) !== to.id && target.importing.get(slot) !== from.id,
  );
  await setSlots(to, fixLane, misdirected, "IMPORTING", from.id);
  return eachSlot(slotsOf(step.slots), moves, (slot) =>
    finishOpenSlot({ slot, from: from.member, to: to.member, ...moves }),
  );
}

/** Moves keys that a node holds of slots of another to that one, then closes the slots there. Slots without keys are only closed. */
export async function bringHome(from: MemberLink, to: MemberLink, step: FixStep, moves: KeyMoves): Promise<KeysMoved> {
  const [here, there] = await Promise.all([askSlotView(from, fixLane), askSlotView(to, fixLane)]);
  const slots = slotsOf(step.slots);
  const changed = slots.filter((slot) => there.ownerOf(slot) !== to.id || here.ownerOf(slot) === from.id);
  if (changed.length > 0)
    return { keys: 0, outcome: `the owner of slots ${formatRanges(rangesOf(changed))} has changed meanwhile` };
  const holding = await slotsHeld(from, slots);
  // MIGRATE answers on a node that does not own the slot only while the slot is open there.
  const opened = await setSlots(from, fixLane, holding, "IMPORTING", to.id);
  const [refused] = opened.refused.values();
  if (refused !== undefined) return { keys: 0, outcome: `${from.address} does not open the slot: ${refused}` };
  const moved = await eachSlot(holding, moves, (slot) =>
    finishOpenSlot({ slot, from: from.member, to: to.member, ...moves }),
  );
  const left = await slotsHeld(from, slots);
  // What could not be moved stays open, since ASKING opens only an open slot to whoever has to decide about its keys.
  await setSlots(from, fixLane, left, "IMPORTING", to.id);
  const open = await closeOpen(
    from,
    slots.filter((slot) => !left.includes(slot)),
  );
  return { keys: moved.keys, outcome: moved.outcome === null ? open : `${moved.outcome}; ${howToReach(from, left)}` };
}

/** A key that stands on a node which does not own its slot is answered with MOVED, unless ASKING comes right before. */
function howToReach({ member }: MemberLink, slots: readonly number[]): string {
  const { host, port } = member.announced;
  return `what ${member.address} has of slots ${formatRanges(rangesOf(slots))} is reached with: printf 'ASKING\\nTYPE KEY\\n' | redis-cli -h ${host} -p ${port}`;
}

async function eachSlot(
  slots: readonly number[],
  { deps, notes }: KeyMoves,
  move: (slot: number) => ReturnType<typeof finishOpenSlot>,
): Promise<KeysMoved> {
  let keys = 0;
  const reasons: string[] = [];
  for (const [index, slot] of slots.entries()) {
    if (deps.stopRequested.aborted)
      return { keys, outcome: `stopped before slots ${formatRanges(rangesOf(slots.slice(index)))}` };
    const result = await move(slot);
    keys += result.keys;
    for (const note of result.notes) notes.add(note);
    if (!result.finished) reasons.push(result.reason);
    deps.onProgress({ doneSlots: index + 1, totalSlots: slots.length, keys, bytes: 0 });
  }
  const [first, ...more] = reasons;
  if (first === undefined) return { keys, outcome: null };
  return { keys, outcome: more.length === 0 ? first : `${first} (and ${more.length} more slots)` };
}
