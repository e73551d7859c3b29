import { openJournal, type Journal } from "../../apply/journal.js";
import { moveSlots } from "../../apply/move-slots.js";
import type { MoveMember, MoveOptions, MoveResult } from "../../apply/move-types.js";
import { trimJournal } from "../../apply/trim-journal.js";
import type { ClusterObstacle } from "../../model/cluster-topology.js";
import { CachectlError } from "../../model/errors.js";
import type { SlotPlan } from "../../model/slot-plan.js";
import { checkPlanFits } from "../../plan/check-plan-fits.js";
import type { Context } from "../context.js";
import { journalPath } from "./journal-path.js";
import { moveMembers } from "./move-members.js";
import { MoveProgressText } from "./move-progress-text.js";
import type { OpenCluster } from "./open-cluster.js";
import { throwRefusal } from "./throw-refusal.js";
import { verifyMoves, type VerifiedMoves } from "./verify-moves.js";
import { waitUntilSettled } from "./wait-until-settled.js";
import { withClusterLock } from "./with-cluster-lock.js";

export interface CarryOutOptions {
  move: MoveOptions;
  /** `--journal FILE`; null: one for each target, in the state directory. */
  journal: string | null;
  /** Obstacles that the verb deals with itself, such as the dead node that del-node is about. All others refuse the plan. */
  tolerated?: readonly ClusterObstacle["code"][];
}

/**
 * Carries out exactly this plan: takes the cluster's lock, waits until every node sees the same healthy cluster, refuses when it
 * is not the one that the plan was made for, moves, and asks every node again who owns what. Writes. A plan without moves
 * changes nothing and takes no lock.
 *
 * @throws CachectlError before anything was changed: change `cluster-locked`; usage or unreached where the cluster is not settled; usage `plan-…` when the
 *   topology changed since, `journal-unwritable`. Afterwards it never throws for a slot: what was not moved is in the result.
 */
export async function carryOutMoves(
  context: Context,
  cluster: OpenCluster,
  plan: SlotPlan,
  options: CarryOutOptions,
): Promise<VerifiedMoves> {
  if (plan.moves.length === 0) return nothingMoved;
  const path = options.journal ?? journalPath(context, plan.target);
  const journal = await openJournal(path);
  try {
    const { tolerated } = options;
    // First of all: what another run is doing just now looks like a cluster that is not settled.
    return await withClusterLock(context, cluster, plan.operation, async (stop) => {
      const topology = await waitUntilSettled(context, cluster, { tolerated });
      throwRefusal(checkPlanFits(plan, topology));
      // Settled: no member that answers has an open slot.
      await trimJournal(path, new Set(topology.nodes.filter(({ reachable }) => reachable).map(({ id }) => id)));
      const members = moveMembers(cluster, topology);
      const result = await journaledMoves(context, members, plan, options, { journal, stop });
      return verifyMoves(context, cluster, withLostLock(result, stop), tolerated);
    });
  } finally {
    await journal.close();
    context.progress.stop();
  }
}

/** Slots that were left because the lock was lost failed for that reason: nobody asked for the stop. */
function withLostLock(result: MoveResult, stop: AbortSignal): MoveResult {
  const lost: unknown = stop.aborted ? stop.reason : null;
  if (!(lost instanceof CachectlError) || lost.code !== "lock-lost") return result;
  const notMoved = result.notMoved.map((part) =>
    part.stopped ? { ...part, stopped: false, reason: lost.message } : part,
  );
  return { ...result, notMoved };
}

const nothingMoved: VerifiedMoves = {
  ...{ moved: [], notMoved: [], keys: 0, seconds: 0, longestStallMs: null, notes: [] },
  unverified: null,
};

interface Safety {
  journal: Journal;
  /** Aborts with the first signal, and when the lock is lost. */
  stop: AbortSignal;
}

async function journaledMoves(
  context: Context,
  members: readonly MoveMember[],
  plan: SlotPlan,
  options: CarryOutOptions,
  { journal, stop }: Safety,
): Promise<MoveResult> {
  const { clock } = context.change;
  const at = () => new Date(clock.now()).toISOString();
  const { operation, target, fingerprint, moves } = plan;
  await journal.write({ kind: "begin", at: at(), operation, target, fingerprint, moves });
  const progress = new MoveProgressText(context.progress, clock);
  const result = await moveSlots({
    moves,
    members,
    options: options.move,
    deps: { clock, stopRequested: stop, journal, onProgress: (seen) => progress.moved(seen) },
  });
  await journal.write({ kind: "end", at: at(), complete: result.notMoved.length === 0 });
  return result;
}
