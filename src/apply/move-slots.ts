import { CachectlError } from "../model/errors.js";
import type { SlotMove } from "../model/slot-plan.js";
import { countSlots, rangesOf, slotsOf } from "../model/slot-ranges.js";
import type { MovedPart, MoveRequest, MoveResult, NotMovedPart } from "./move-types.js";
import { moveClassic } from "./mover/classic-pair.js";
import { waitForHealth } from "./mover/healthy-members.js";
import { MemberLink } from "./mover/member-link.js";
import { stopReason, type MoveRun, type PairRun, type SlotsLeft } from "./mover/move-run.js";
import { shortestNodeTimeout } from "./mover/node-timeout.js";
import { Pace } from "./mover/pace.js";
import { runPairs } from "./mover/run-pairs.js";
import { moveByServers, serverEngineOf, type ServerEngine } from "./mover/server-pair.js";
import { StallWatch } from "./mover/stall-watch.js";
import { waitForAgreement } from "./mover/agreement.js";

/**
 * Moves slots with their keys from primaries to primaries of one cluster. Writes; loses no key: what cannot be moved is left where
 * it is, or open between two nodes that both serve it, and is said in the result. Waits for a healthy cluster first (60 s).
 * Pairs that have no node in common move at the same time. `stopRequested` ends it after the windows in hand, no slot left open.
 * A run that was killed is gone on with by asking for the same moves again, or slot by slot with `finishOpenSlot`.
 *
 * @throws CachectlError change `cluster-not-healthy` (nothing was changed), usage `not-a-member` (a node of a move is none of the members)
 */
export async function moveSlots(request: MoveRequest): Promise<MoveResult> {
  const { deps } = request;
  const began = deps.clock.monotonicMs();
  const links = request.members.map((member) => new MemberLink(member));
  const stalls = new StallWatch();
  try {
    const run = await beginRun(request, links);
    const pairs = request.moves.map((move) => pairOf(run, links, move));
    if (await waitForHealth(links, deps)) {
      await runPairs(
        pairs,
        ({ engine }) => engine !== null,
        (pair) => movePair(pair, stalls),
      );
      await waitForAgreement(
        links,
        pairs.flatMap(({ outcome }) => outcome.moved),
        run,
      );
    } else for (const pair of pairs) pair.outcome.notMoved.push(stoppedBefore(pair, pair.slots));
    const moved = pairs.flatMap(({ outcome }) => outcome.moved);
    return {
      moved,
      notMoved: pairs.flatMap(({ outcome }) => outcome.notMoved),
      keys: moved.reduce((sum, { keys }) => sum + keys, 0),
      seconds: (deps.clock.monotonicMs() - began) / 1000,
      longestStallMs: stalls.longestMs,
      notes: [...run.notes],
    };
  } finally {
    stalls.end();
    for (const link of links) link.close();
  }
}

interface Outcome {
  moved: MovedPart[];
  notMoved: NotMovedPart[];
}

interface PlannedPair extends PairRun {
  slots: number[];
  engine: ServerEngine | null;
  outcome: Outcome;
}

async function beginRun({ moves, options, deps }: MoveRequest, links: readonly MemberLink[]): Promise<MoveRun> {
  const notes = new Set<string>();
  const totalSlots = moves.reduce((sum, move) => sum + countSlots(move.slots), 0);
  const progress = { doneSlots: 0, totalSlots, keys: 0, bytes: 0 };
  const ends = new Set(moves.flatMap(({ from, to }) => [from.id, to.id]));
  return {
    options,
    deps,
    nodeTimeoutMs: await shortestNodeTimeout(
      links.filter(({ id }) => ends.has(id)),
      notes,
    ),
    notes,
    silent: new Set(),
    advance: ({ slots = 0, keys = 0, bytes = 0 }) => {
      progress.doneSlots += slots;
      progress.keys += keys;
      progress.bytes += bytes;
      deps.onProgress({ ...progress });
    },
  };
}

function pairOf(run: MoveRun, links: readonly MemberLink[], move: SlotMove): PlannedPair {
  const [from, to] = [move.from, move.to].map((end) => {
    const link = links.find(({ id }) => id === end.id);
    if (link !== undefined) return link;
    throw new CachectlError(
      "usage",
      "not-a-member",
      `${end.address} (${end.id}) is in the plan, but it is no primary of this cluster that answers`,
      "Run `cachectl cluster check`, then make a new plan.",
    );
  }) as [MemberLink, MemberLink];
  const others = links.filter((link) => link !== from && link !== to && link.member.role === "primary");
  const pace = new Pace(run.deps.clock, run.options.ratePerSecond, run.options.maxLatencyMs);
  const slots = slotsOf(move.slots);
  return {
    run,
    from,
    to,
    others,
    pace,
    slots,
    engine: serverEngineOf({ from, to }, run.options),
    outcome: { moved: [], notMoved: [] },
  };
}

async function movePair(pair: PlannedPair, stalls: StallWatch): Promise<void> {
  const { run, from, to, pace, outcome } = pair;
  if (run.deps.stopRequested.aborted) {
    outcome.notMoved.push(stoppedBefore(pair, pair.slots));
    return;
  }
  await Promise.all([stalls.watch(from, pace), stalls.watch(to, pace)]);
  const parts: NotMovedPart[] = [];
  let slots = pair.slots;
  if (pair.engine !== null) {
    const { result, rest, reason } = await moveByServers(pair, pair.engine, slots);
    addMoved(outcome, pair, pair.engine, result);
    parts.push(...notMovedParts(pair, result.left));
    slots = rest;
    if (reason !== null && (result.fatal !== null || run.options.engine === "server")) {
      parts.push(...notMovedParts(pair, [{ slots: rest, state: "not-begun", reason }]));
      slots = [];
    } else if (reason !== null)
      run.notes.add(
        `${from.address} to ${to.address}: moved with MIGRATE, since the servers' own way did not work: ${reason}`,
      );
  } else if (run.options.engine === "server") {
    const reason = `${from.address} and ${to.address} have no migration of their own in common (Valkey 9.0, Redis 8.4)`;
    parts.push(...notMovedParts(pair, [{ slots, state: "not-begun", reason }]));
    slots = [];
  }
  if (slots.length > 0) {
    const result = await moveClassic(pair, slots);
    addMoved(outcome, pair, "classic", result);
    parts.push(...notMovedParts(pair, result.left));
  }
  stalls.leave(from, pace);
  stalls.leave(to, pace);
  await reportFailures(pair, parts);
  outcome.notMoved.push(...parts);
}

function addMoved(
  outcome: Outcome,
  { from, to }: PairRun,
  engine: MovedPart["engine"],
  { moved, keys }: { moved: readonly number[]; keys: number },
): void {
  if (moved.length > 0) outcome.moved.push({ from: from.ref, to: to.ref, slots: rangesOf(moved), keys, engine });
}

/** One part for each state and reason. */
function notMovedParts({ from, to }: PairRun, left: readonly SlotsLeft[]): NotMovedPart[] {
  const groups = new Map<string, SlotsLeft>();
  for (const { slots, state, reason, stopped = false } of left) {
    if (slots.length === 0) continue;
    const group = groups.get(`${state} ${reason}`);
    if (group === undefined) groups.set(`${state} ${reason}`, { slots: [...slots], state, reason, stopped });
    else group.slots.push(...slots);
  }
  return [...groups.values()].map(({ slots, state, reason, stopped = false }) => ({
    from: from.ref,
    to: to.ref,
    slots: rangesOf(slots),
    state,
    stopped,
    reason,
  }));
}

async function reportFailures({ run }: PairRun, parts: readonly NotMovedPart[]): Promise<void> {
  const at = new Date(run.deps.clock.now()).toISOString();
  for (const { from, to, slots, reason } of parts)
    await run.deps.journal.write({ kind: "failed", at, from: from.address, to: to.address, slots, reason });
}

function stoppedBefore({ from, to }: PairRun, slots: readonly number[]): NotMovedPart {
  return {
    from: from.ref,
    to: to.ref,
    slots: rangesOf(slots),
    state: "not-begun",
    stopped: true,
    reason: stopReason,
  };
}
