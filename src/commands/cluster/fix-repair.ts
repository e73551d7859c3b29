import { carryOutFix, type FixResult } from "../../apply/carry-out-fix.js";
import { openJournal, type Journal } from "../../apply/journal.js";
import type { MoveMember, MoveOptions } from "../../apply/move-types.js";
import type { ClusterObstacle } from "../../model/cluster-topology.js";
import { CachectlError } from "../../model/errors.js";
import type { SlotMove } from "../../model/slot-plan.js";
import type { FixPlan } from "../../model/fix-plan.js";
import { countSlots } from "../../model/slot-ranges.js";
import type { Context } from "../context.js";
import { lookForFix, type FixLook } from "./fix-look.js";
import { journalPath } from "./journal-path.js";
import { moveMembers } from "./move-members.js";
import { MoveProgressText } from "./move-progress-text.js";
import type { OpenCluster } from "./open-cluster.js";
import { RepairLock } from "./repair-lock.js";

export interface RepairOptions {
  /** `--journal FILE`, or null. */
  journal: string | null;
  /** Move keys too that block their node for long. */
  allowBlocking: boolean;
}

export interface Repair {
  result: FixResult;
  /** A fresh look afterwards; null: it could not be had. */
  after: FixLook | null;
  /** Why the members do not agree, as a clause; null: they do. */
  unsettled: string | null;
}

/**
 * Carries out the plan under the cluster's lock where one can be taken, and looks again. Writes.
 * @throws CachectlError change `cluster-locked`, usage `journal-unwritable`: before anything was changed
 */
export async function repair(
  context: Context,
  cluster: OpenCluster,
  { plan, topology }: FixLook,
  options: RepairOptions,
): Promise<Repair> {
  const members = moveMembers(cluster, topology);
  const journal = await openJournal(options.journal ?? journalPath(context, plan.target));
  const lock = new RepairLock(members, context.change.holder);
  try {
    // A cluster that is down takes no lock: what makes it serve again is then done without, and the lock taken before keys move.
    await lock.tryToTake();
    const result = await carryOut(context, cluster, plan, { members, journal, lock, options });
    return {
      result: { ...result, notes: [...lock.notes, ...result.notes] },
      ...(await lookAfterwards(context, cluster)),
    };
  } finally {
    await lock.release();
    await journal.close();
  }
}

interface Tools {
  members: MoveMember[];
  journal: Journal;
  lock: RepairLock;
  options: RepairOptions;
}

async function carryOut(
  context: Context,
  cluster: OpenCluster,
  plan: FixPlan,
  { members, journal, lock, options }: Tools,
): Promise<FixResult> {
  const { clock, stopRequested } = context.change;
  const at = () => new Date(clock.now()).toISOString();
  const { target, fingerprint } = plan;
  await journal.write({ kind: "begin", at: at(), operation: "cluster-fix", target, fingerprint, moves: movesOf(plan) });
  const progress = new MoveProgressText(context.progress, clock);
  const result = await carryOutFix({
    plan,
    members,
    options: moveOptions(cluster, options),
    deps: {
      ...{ clock, journal, onProgress: (seen) => progress.moved(seen) },
      stopRequested: AbortSignal.any([stopRequested, lock.lost]),
    },
    async untilServed() {
      const standing = await waitFor(context, cluster, notServed);
      if (standing === null) await lock.tryToTake();
      return standing;
    },
  });
  await journal.write({ kind: "end", at: at(), complete: result.failed.length + result.notDone.length === 0 });
  return result;
}

/** A few keys at a time: there are not many, and no client may wait for them. */
function moveOptions({ profile }: OpenCluster, { allowBlocking }: RepairOptions): MoveOptions {
  return {
    ...{ engine: "classic", batchKeys: 100, batchBytes: 1_000_000, ratePerSecond: null, maxLatencyMs: 25 },
    ...{ allowBlocking, credentials: profile.credentials },
  };
}

function movesOf({ steps }: FixPlan): SlotMove[] {
  return steps.flatMap(({ kind, node, other, slots, keys }) =>
    kind === "finish" && other !== null
      ? [{ from: node, to: other, slots, slotCount: countSlots(slots), keys, bytes: null }]
      : [],
  );
}

/**
 * While one of these stands, some servers refuse MIGRATE. Not `views-differ`: a bystander that holds another for the owner of an open
 * slot learns better only when the move is finished, which tells it.
 */
const notServed: readonly ClusterObstacle["code"][] = ["slots-uncovered", "slots-multiply-owned", "state-not-ok"];
const notWhole: readonly ClusterObstacle["code"][] = [...notServed, "views-differ", "slots-open"];

/** Covering a large cluster's slots is known to everybody within seconds; a primary that was cut off waits up to 5 s more. */
const patienceMs = 30_000;
const pauseMs = 200;

/** Looks until none of the obstacles stands. Null, or what still stood at the end, as a clause. */
async function waitFor(
  context: Context,
  cluster: OpenCluster,
  codes: readonly ClusterObstacle["code"][],
): Promise<string | null> {
  const { clock, stopRequested } = context.change;
  const begunMs = clock.monotonicMs();
  for (;;) {
    const { obstacles } = await cluster.lookAgain();
    const standing = obstacles.find(({ code }) => codes.includes(code));
    if (standing === undefined) return null;
    // A slot that stays open does not close by waiting.
    const lasts = standing.code === "slots-open" ? 3_000 : patienceMs;
    if (stopRequested.aborted || clock.monotonicMs() - begunMs >= lasts) return standing.message.replace(/\.$/, "");
    context.progress.update(`Waiting until every member agrees: ${standing.message}`);
    await clock.sleep(pauseMs);
  }
}

async function lookAfterwards(context: Context, cluster: OpenCluster): Promise<Omit<Repair, "result">> {
  try {
    const unsettled = await waitFor(context, cluster, notWhole);
    return { unsettled, after: await lookForFix(cluster, []) };
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return { unsettled: `the members could not be looked at afterwards: ${error.message}`, after: null };
  }
}
