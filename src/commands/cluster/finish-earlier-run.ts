import { findUnfinishedMoves, type UnfinishedMove } from "../../apply/unfinished-moves.js";
import { finishOpenSlot } from "../../apply/finish-open-slot.js";
import { openJournal, type Journal } from "../../apply/journal.js";
import type { MoveOptions } from "../../apply/move-types.js";
import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import { CachectlError } from "../../model/errors.js";
import { countSlots, formatRanges, rangesOf, type SlotRange } from "../../model/slot-ranges.js";
import type { Context } from "../context.js";
import { grouped } from "../progress-text.js";
import { journalDirectory, journalPath } from "./journal-path.js";
import { moveMembers } from "./move-members.js";
import type { OpenCluster } from "./open-cluster.js";
import { settle, waitUntilSettled } from "./wait-until-settled.js";
import { withClusterLock } from "./with-cluster-lock.js";

export interface EarlierRunOptions {
  operation: string;
  move: MoveOptions;
  /** `--journal FILE`, or null. */
  journal: string | null;
  yes: boolean;
  dryRun: boolean;
}

/** What an earlier run of this host left half-moved. */
export interface EarlierRun {
  /** Of the cluster, settled; as it was found for a dry run that leaves slots open. */
  topology: ClusterTopology;
  slots: SlotRange[];
  keys: number;
  notes: string[];
}

/** What half-moved slots look like. Everything else is waited for before they are touched. */
const ofOpenSlots: readonly ClusterObstacle["code"][] = ["slots-open", "slots-multiply-owned", "views-differ"];

/**
 * Waits until the cluster is settled, and first finishes what an earlier run left half-moved where a journal on this host says
 * what it was about. Writes then, under the cluster's lock and after a question; a dry run only says which slots those are.
 *
 * @throws CachectlError usage where slots are open that no journal explains, and as `waitUntilSettled`; change `cluster-locked`
 *   while another run is at it, `open-slot-not-finished` where one stays open
 */
export async function finishEarlierRun(
  context: Context,
  cluster: OpenCluster,
  options: EarlierRunOptions,
): Promise<EarlierRun> {
  const nothing = { slots: [], keys: 0, notes: [] };
  if (openSlotsOf(cluster.topology).size === 0)
    return { topology: await waitUntilSettled(context, cluster, { first: cluster.topology }), ...nothing };
  const own = options.journal ?? journalPath(context, cluster.profile.identity.name);
  const unfinished = await findUnfinishedMoves(journalDirectory(context), own);
  if (options.dryRun) {
    const slots = rangesOf(explained(cluster.topology, unfinished).map(({ slot }) => slot));
    return { topology: cluster.topology, ...nothing, slots };
  }
  return withClusterLock(context, cluster, options.operation, async (stop) => {
    const { topology } = await settle(context, cluster, { tolerated: ofOpenSlots, stop });
    const moves = explained(topology, unfinished);
    if (moves.length === 0) return { topology: await waitUntilSettled(context, cluster), ...nothing };
    const slots = rangesOf(moves.map(({ slot }) => slot));
    await context.change.confirm(question(cluster, slots), options.yes);
    const journal = await openJournal(own);
    try {
      const { keys, notes } = await finish(context, cluster, topology, { moves, stop, journal, move: options.move });
      return { topology: await waitUntilSettled(context, cluster), slots, keys, notes };
    } finally {
      await journal.close();
    }
  });
}

function question({ profile }: OpenCluster, slots: readonly SlotRange[]): string {
  const count = grouped(countSlots(slots));
  return `An earlier run left ${count} slots of ${profile.identity.name} half-moved (${formatRanges(slots)}). Finish moving them?`;
}

/** Slots that some member calls open, by its own word. */
function openSlotsOf({ nodes }: ClusterTopology): Set<number> {
  return new Set(nodes.flatMap(({ migrating, importing }) => [...migrating, ...importing].map(({ slot }) => slot)));
}

/** @throws CachectlError usage when a slot is open that no journal is about: somebody else began that move, and knows what for */
function explained(topology: ClusterTopology, unfinished: readonly UnfinishedMove[]): UnfinishedMove[] {
  const open = openSlotsOf(topology);
  const members = new Set(topology.nodes.map(({ id }) => id));
  const ours = unfinished.filter(({ slot, from, to }) => open.has(slot) && members.has(from.id) && members.has(to.id));
  const known = new Set(ours.map(({ slot }) => slot));
  const foreign = rangesOf([...open].filter((slot) => !known.has(slot)));
  if (foreign.length === 0) return ours;
  const obstacle = topology.obstacles.find(({ code }) => code === "slots-open");
  throw new CachectlError(
    "usage",
    "slots-open",
    `slots are open for a move that no journal on this host is about: ${formatRanges(foreign)}; nothing was changed`,
    obstacle?.hint ?? "Run `cachectl cluster fix`: it shows what it would do before it does it.",
  );
}

interface Finishing {
  moves: readonly UnfinishedMove[];
  stop: AbortSignal;
  journal: Journal;
  move: MoveOptions;
}

async function finish(
  context: Context,
  cluster: OpenCluster,
  topology: ClusterTopology,
  { moves, stop, journal, move }: Finishing,
): Promise<{ keys: number; notes: string[] }> {
  const { clock } = context.change;
  const members = moveMembers(cluster, topology);
  const refs = moves.map(({ slot, from, to }) => ({ from, to, slots: [[slot, slot] as SlotRange], slotCount: 1 }));
  const { name } = cluster.profile.identity;
  const at = () => new Date(clock.now()).toISOString();
  await journal.write({
    ...{ kind: "begin", at: at(), operation: "finish-open-slots", target: name, fingerprint: topology.fingerprint },
    moves: refs.map((ref) => ({ ...ref, keys: null, bytes: null })),
  });
  const notes = new Set<string>();
  let keys = 0;
  for (const [done, { slot, from, to }] of moves.entries()) {
    if (stop.aborted) throw stoppedBefore(context, slot, done);
    context.progress.update(`Finishing half-moved slots: ${done} of ${moves.length}`);
    const [source, target] = [from, to].map(({ id }) => members.find((member) => member.id === id));
    if (source === undefined || target === undefined)
      throw notFinished(slot, `${source === undefined ? from.address : to.address} does not answer`, done);
    const deps = { clock, stopRequested: stop, journal, onProgress: () => {} };
    const result = await finishOpenSlot({ slot, from: source, to: target, members, options: move, deps });
    keys += result.keys;
    for (const note of result.notes) notes.add(note);
    if (!result.finished) throw notFinished(slot, result.reason, done);
    await journal.write({ kind: "done", at: at(), from: from.address, to: to.address, slots: [[slot, slot]] });
  }
  return { keys, notes: [...notes] };
}

/** The signal's own error, or what else ended the run: a lost lock. */
function stoppedBefore({ change }: Context, slot: number, done: number): unknown {
  if (change.stopRequested.aborted) return change.stopRequested.reason;
  return notFinished(slot, "the lock of the cluster was lost to another run or to a failover", done);
}

function notFinished(slot: number, reason: string, done: number): CachectlError {
  return new CachectlError(
    "change",
    "open-slot-not-finished",
    `slot ${slot}, which an earlier run left half-moved, could not be finished: ${reason} (${done} others were finished)`,
    "No key is lost: both nodes serve it. `cachectl cluster fix` shows what can be done about it.",
  );
}
