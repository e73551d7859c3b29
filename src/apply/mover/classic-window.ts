import { rangesOf } from "../../model/slot-ranges.js";
import { drainSlots } from "./drain-slots.js";
import { waitForEpochOrder } from "./epoch-order.js";
import { listKeys, tooBig, type SlotKeys } from "./list-keys.js";
import { errorText, isLost, type MemberLink } from "./member-link.js";
import { step, type PairRun, type PartResult, type SlotsLeft } from "./move-run.js";
import { keysElsewhere } from "./other-databases.js";
import { closeUntouched, openSlots, setSlots, standingOf, tellOwner } from "./open-slots.js";
import { beginEra, type Era } from "./own-copies.js";
import { askSlotView } from "./slot-view.js";

/** Some slots of a pair that are moved together, on connections of their own. */
export interface Window {
  pair: PairRun;
  lane: string;
  slots: readonly number[];
}

/** What one try did, for the next one and for saying how it ended. */
interface State {
  keys: number;
  moved: Set<number>;
  left: SlotsLeft[];
  /** Slots that may be open: their opening was asked for. */
  opened: Set<number>;
  fatal: string | null;
  era: Era | null;
}

/** Tries of one window: a lost connection or a restarted node costs one. */
const mostTries = 3;
/** Keys of one slot that are listed and measured before it is opened. */
const measuredBefore = 20_000;

/**
 * Moves slots with SETSLOT and MIGRATE: opens them, moves their keys, and closes them on the target first, then the source, then
 * everywhere (redis#7116: the other way round, a crash of the target leaves a slot without an owner). Goes by what both nodes
 * say, so it also finishes what an earlier run left half done. After a lost connection it waits for both nodes and goes on.
 */
export async function moveWindow(window: Window): Promise<PartResult> {
  const state: State = { keys: 0, moved: new Set(), left: [], opened: new Set(), fatal: null, era: null };
  for (let tries = 1; ; tries++) {
    try {
      await tryWindow(window, state);
      break;
    } catch (error) {
      if (!isLost(error)) throw error;
      if (tries < mostTries && (await bothAnswer(window))) continue;
      state.fatal = error.message;
      await leave(window, state, error.message);
      break;
    }
  }
  return { moved: [...state.moved], keys: state.keys, left: state.left, fatal: state.fatal };
}

async function tryWindow(window: Window, state: State): Promise<void> {
  const { pair, lane } = window;
  const decided = new Set([...state.moved, ...state.left.flatMap(({ slots }) => slots)]);
  const slots = window.slots.filter((slot) => !decided.has(slot));
  const elsewhere = await keysElsewhere(pair.from, lane);
  if (elsewhere !== null) {
    leaveAsIs(state, slots, elsewhere);
    return;
  }
  const [listed, era] = await Promise.all([
    listAcceptable(window, slots, state),
    // A window that is tried again keeps what it knew first: by now, the target has keys.
    state.era ?? beginEra(pair, lane, slots),
    announce(window, slots),
  ]);
  state.era = era;
  const { here, there } = await standings(window, slots, state);
  const wanted = listed.filter(({ slot }) => here.includes(slot));
  for (const { slot } of wanted) state.opened.add(slot);
  const { open, left } = await openSlots(
    pair,
    lane,
    wanted.map(({ slot }) => slot),
  );
  for (const part of left) for (const slot of part.slots) state.opened.delete(slot);
  state.left.push(...left);
  await step(pair.run, "keys-listed", open);
  const drained = await drainSlots(
    pair,
    lane,
    wanted.filter(({ slot }) => open.includes(slot)),
    era,
  );
  state.keys += drained.keys;
  state.fatal = drained.fatal;
  await giveUp(window, state, drained.stuck);
  await step(pair.run, "slot-empty", drained.empty);
  await claimAndHandOver(window, state, drained.empty);
  await handOver(window, state, await emptied(window, state, there));
}

/** Lists and measures before anything is opened; slots with a key that would block its node are left alone. */
async function listAcceptable(window: Window, slots: readonly number[], state: State): Promise<SlotKeys[]> {
  const { pair, lane } = window;
  const listed = await listKeys(pair, lane, slots, measuredBefore);
  return listed.filter((list) => {
    const reason = tooBig(pair, list);
    if (reason !== null && !state.opened.has(list.slot))
      state.left.push({ slots: [list.slot], state: "not-begun", reason });
    return reason === null || state.opened.has(list.slot);
  });
}

async function announce({ pair }: Window, slots: readonly number[]): Promise<void> {
  const { clock, journal } = pair.run.deps;
  const at = new Date(clock.now()).toISOString();
  await journal.write({ kind: "open", at, from: pair.from.address, to: pair.to.address, slots: rangesOf(slots) });
}

async function standings(
  { pair, lane }: Window,
  slots: readonly number[],
  state: State,
): Promise<{ here: number[]; there: number[] }> {
  const [source, target] = await Promise.all([askSlotView(pair.from, lane), askSlotView(pair.to, lane)]);
  const here: number[] = [];
  const there: number[] = [];
  const refused = new Set(state.left.flatMap((left) => left.slots));
  for (const slot of slots.filter((one) => !refused.has(one))) {
    const standing = standingOf(pair, source, target, slot);
    if (standing.kind === "here") here.push(slot);
    else if (standing.kind === "there") there.push(slot);
    else
      state.left.push({
        slots: [slot],
        state: state.opened.has(slot) || isOpen(slot, [source, target]) ? "open" : "not-begun",
        reason: standing.reason,
      });
  }
  return { here, there };
}

function isOpen(
  slot: number,
  views: readonly { migrating: ReadonlyMap<number, string>; importing: ReadonlyMap<number, string> }[],
): boolean {
  return views.some(({ migrating, importing }) => migrating.has(slot) || importing.has(slot));
}

/** Slots whose keys do not move: closed again where the target has none of them, else left open, which loses nothing. */
async function giveUp(window: Window, state: State, stuck: ReadonlyMap<number, string>): Promise<void> {
  const slots = [...stuck.keys()];
  const stillOpen = await closeUntouched(window.pair, window.lane, slots);
  for (const [slot, reason] of stuck)
    state.left.push({ slots: [slot], state: stillOpen.includes(slot) ? "open" : "not-begun", reason });
}

/**
 * Slots that the target owns already, though the source may not know: what a run that was killed in the middle of closing leaves.
 * Keys that the source still has are moved first, for it would drop them when it learns the owner.
 */
async function emptied(window: Window, state: State, there: readonly number[]): Promise<number[]> {
  if (there.length === 0) return [];
  const { pair, lane } = window;
  // A source that gave its last slot away has become a replica: what it lists now are the target's keys, copied.
  if ((await askSlotView(pair.from, lane)).role === "replica") return [...there];
  const listed = await listKeys(pair, lane, there, measuredBefore);
  const holding = listed.filter(({ names }) => names.length > 0);
  const holders = holding.map(({ slot }) => slot);
  // MIGRATE answers on a node that does not own the slot only while the slot is open there.
  await setSlots(pair.from, lane, holders, "MIGRATING", pair.to.id);
  const source = await askSlotView(pair.from, lane);
  const strays = holders.filter((slot) => source.ownerOf(slot) !== pair.from.id);
  await setSlots(pair.from, lane, strays, "IMPORTING", pair.to.id);
  const drained = await drainSlots(pair, lane, holding, null);
  await setSlots(pair.from, lane, strays, "STABLE");
  state.keys += drained.keys;
  for (const [slot, reason] of drained.stuck) state.left.push({ slots: [slot], state: "open", reason });
  return there.filter((slot) => !drained.stuck.has(slot));
}

/** Retries of a SETSLOT NODE that a server refuses for the moment (NOREPLICAS, LOADING). */
const mostHandOvers = 10;

/** Hands over what the source still owns: only where the target's claim is going to be the better one, and nothing is left behind. */
async function claimAndHandOver(window: Window, state: State, slots: readonly number[]): Promise<void> {
  if (slots.length === 0) return;
  const { pair, lane } = window;
  const obstacle = (await keysElsewhere(pair.from, lane)) ?? (await waitForEpochOrder(pair, lane));
  if (obstacle === null) await handOver(window, state, slots);
  else keepOpen(state, slots, obstacle);
}

/** The target first, then the source, then the others; then both are asked whether it holds. */
async function handOver(window: Window, state: State, slots: readonly number[]): Promise<void> {
  if (slots.length === 0) return;
  const { pair, lane } = window;
  const { run, from, to } = pair;
  const refused = await insist(window, to, slots);
  if (refused !== null) {
    keepOpen(state, slots, refused);
    return;
  }
  await step(run, "target-owns", slots);
  const keeps = await insist(window, from, slots);
  await step(run, "source-knows", slots);
  await tellOthers(window, slots);
  await step(run, "others-know", slots);
  const [source, target] = await Promise.all([askSlotView(from, lane), askSlotView(to, lane)]);
  const wrong = slots.filter(
    (slot) =>
      target.ownerOf(slot) !== to.id ||
      target.importing.has(slot) ||
      source.migrating.has(slot) ||
      source.ownerOf(slot) === from.id,
  );
  keepOpen(state, wrong, keeps ?? `${from.address} and ${to.address} do not agree that ${to.address} owns it`);
  const moved = slots.filter((slot) => !wrong.includes(slot));
  for (const slot of moved) state.moved.add(slot);
  run.advance({ slots: moved.length });
  await run.deps.journal.write({
    kind: "done",
    at: new Date(run.deps.clock.now()).toISOString(),
    from: from.address,
    to: to.address,
    slots: rangesOf(moved),
  });
  await step(run, "slot-done", moved);
}

async function insist({ pair, lane }: Window, link: MemberLink, slots: readonly number[]): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    const refused = await tellOwner(link, lane, slots, pair.to.id);
    if (refused === null) return null;
    if (tries === mostHandOvers)
      return `${link.address} does not accept that ${pair.to.address} owns it: ${refused.text}`;
    await pair.run.deps.clock.sleep(200);
  }
}

function keepOpen(state: State, slots: readonly number[], reason: string): void {
  if (slots.length > 0) state.left.push({ slots: [...slots], state: "open", reason });
}

/** Nothing more is done to these, and to no others of this pair: they would meet the same obstacle. */
function leaveAsIs(state: State, slots: readonly number[], reason: string): void {
  for (const slot of slots)
    state.left.push({ slots: [slot], state: state.opened.has(slot) ? "open" : "not-begun", reason });
  state.fatal = reason;
}

/** A bystander learns the owner by gossip too: one that does not answer is not waited for twice. */
async function tellOthers({ pair }: Window, slots: readonly number[]): Promise<void> {
  const { run, others, to } = pair;
  const tell = async (link: MemberLink) => {
    try {
      const refused = await tellOwner(link, "tell", slots, to.id);
      if (refused !== null) run.notes.add(`${link.address} was told of new owners and refused: ${refused.text}`);
    } catch (error) {
      if (!isLost(error)) throw error;
      run.silent.add(link.id);
      run.notes.add(`${link.address} could not be told of new owners: ${error.message}`);
    }
  };
  await Promise.all(others.filter(({ id }) => !run.silent.has(id)).map(tell));
}

/** Longest wait for a node that was lost, before its slots are reported. A restart or a failover is over by then. */
const comebackMs = 20_000;

async function bothAnswer({ pair, lane }: Window): Promise<boolean> {
  const { clock, stopRequested } = pair.run.deps;
  const until = clock.monotonicMs() + comebackMs;
  while (clock.monotonicMs() < until) {
    const answers = await Promise.all([pair.from, pair.to].map((link) => doesAnswer(link, lane)));
    if (answers.every(Boolean)) return true;
    if (stopRequested.aborted) return false;
    await clock.sleep(250);
  }
  return false;
}

async function doesAnswer(link: MemberLink, lane: string): Promise<boolean> {
  try {
    return errorText(await link.askOne(lane, "PING")) === null;
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
}

/** What can still be said about slots whose nodes were lost: by their own word where one answers, else open. */
async function leave({ pair, lane, slots }: Window, state: State, lost: string): Promise<void> {
  const [source, target] = await Promise.all([viewOrNull(pair.from, lane), viewOrNull(pair.to, lane)]);
  const decided = new Set([...state.moved, ...state.left.flatMap((left) => left.slots)]);
  for (const slot of slots.filter((one) => !decided.has(one))) {
    if (target?.ownerOf(slot) === pair.to.id && !target.importing.has(slot) && source === null) {
      state.moved.add(slot);
      pair.run.notes.add(`Slots moved from ${pair.from.address}, which does not answer, so it could not be told`);
    } else if (!state.opened.has(slot)) state.left.push({ slots: [slot], state: "not-begun", reason: lost });
    else {
      const closed = source?.ownerOf(slot) === pair.from.id && target !== null && !isOpen(slot, [source, target]);
      state.left.push({ slots: [slot], state: closed ? "not-begun" : "open", reason: lost });
    }
  }
}

async function viewOrNull(link: MemberLink, lane: string): Promise<Awaited<ReturnType<typeof askSlotView>> | null> {
  try {
    return await askSlotView(link, lane);
  } catch (error) {
    if (isLost(error)) return null;
    throw error;
  }
}
