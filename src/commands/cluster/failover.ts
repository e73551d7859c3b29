import { failOver, type FailoverMode, type ReplicaLink } from "../../apply/fail-over.js";
import { runSteps, type StepResult } from "../../apply/run-steps.js";
import { CachectlError } from "../../model/errors.js";
import type { ClusterNode, ClusterTopology } from "../../model/cluster-topology.js";
import type { Report } from "../../model/report.js";
import { isAtLeast } from "../../model/version-number.js";
import { findMember } from "../../plan/find-member.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { againLine } from "./again-line.js";
import { checkLink, nodeFor } from "./failover-link.js";
import { openCluster, type OpenCluster } from "./open-cluster.js";
import { orThrow } from "./throw-refusal.js";
import { withClusterLock } from "./with-cluster-lock.js";

export interface FailoverOptions {
  selection: ProfileSelection;
  /** Address, id or beginning of an id. */
  replica: string;
  mode: FailoverMode;
  yes: boolean;
  dryRun: boolean;
  deadlineMs: number;
}

/** `cachectl cluster failover`: makes a replica the primary, and waits until every member agrees. Writes. */
export async function clusterFailover(context: Context, options: FailoverOptions): Promise<Report> {
  const frame = beginRun(context);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    const { replica, primary } = pairOf(cluster.topology, options.replica);
    const link = await checkLink(context, cluster, { replica, primary }, options.mode);
    const what = `${replica.address} the primary in place of ${primary.address}`;
    const notes = [lagNote(link), ...riskNotes(options.mode)];
    if (options.dryRun)
      return verbReport({
        ...{ operation: "cluster-failover", status: "success", notes, ...frame() },
        summary: `Would make ${what}; nothing was changed.`,
      });
    await context.change.confirm(`Make ${what}? ${riskNotes(options.mode).join(" ")}`.trim(), options.yes);
    const result = await underLock(context, cluster, options.mode, (stop) =>
      runSteps(
        [
          {
            title: `make ${what}`,
            run: () =>
              failOver(
                {
                  replica: { id: replica.id, address: replica.address, node: nodeFor(cluster, replica) },
                  primaryId: primary.id,
                  witnesses: witnesses(cluster, primary, options.mode),
                  mode: options.mode,
                  untilWritten: untilWritten(cluster, primary, options.mode),
                },
                { clock: context.change.clock, stop, deadlineMs: options.deadlineMs },
              ),
          },
        ],
        stop,
        (title) => context.progress.update(title),
      ),
    );
    const complete = result.failed.length === 0 && result.notDone.length === 0;
    return changeReport({
      ...{ operation: "cluster-failover", notes, ...frame() },
      change: { ...result, complete, goOn: complete ? [] : goOn(options, replica) },
      interrupted: context.change.stopRequested.aborted && !complete,
      summary: complete
        ? `${replica.address} is the primary in place of ${primary.address}.`
        : `Not every member sees ${replica.address} as the primary.`,
    });
  } finally {
    cluster.fleet.close();
  }
}

function pairOf(topology: ClusterTopology, text: string): { replica: ClusterNode; primary: ClusterNode } {
  const replica = orThrow(findMember(topology, text));
  const primary = topology.nodes.find(({ id }) => id === replica.primaryId);
  if (primary !== undefined) return { replica, primary };
  const usable = topology.nodes.filter(({ primaryId, reachable }) => primaryId === replica.id && reachable);
  throw new CachectlError(
    "usage",
    "not-a-replica",
    `${replica.address} is a primary`,
    usable.length === 0
      ? "None of its replicas answers, so nobody can take over from it."
      : `Name the replica that is to take over: ${usable.map(({ address }) => address).join(" or ")}.`,
  );
}

/** Without a majority or without the lock's owner no lock can be had; that is just when force is for. */
async function underLock(
  context: Context,
  cluster: OpenCluster,
  mode: FailoverMode,
  change: (stop: AbortSignal) => Promise<StepResult>,
): Promise<StepResult> {
  const seen = { begun: false };
  const once = (stop: AbortSignal) => {
    seen.begun = true;
    return change(stop);
  };
  try {
    return await withClusterLock(context, cluster, "cluster-failover", once);
  } catch (error) {
    const unlockable = error instanceof CachectlError && error.code === "cluster-not-writable";
    if (seen.begun || mode === "plain" || !unlockable) throw error;
    return change(context.change.stopRequested);
  }
}

function untilWritten(cluster: OpenCluster, primary: ClusterNode, mode: FailoverMode) {
  const { id, address, product, version } = primary;
  const node = cluster.nodeOf(id);
  const old = product === "redis" && version !== null && isAtLeast(version, "6.2") === false;
  return mode === "plain" && old && node !== null ? { address, node } : null;
}

/** Without the primary's help it may not hear of it; it learns when it is back. */
function witnesses(cluster: OpenCluster, primary: ClusterNode, mode: FailoverMode) {
  return cluster.topology.nodes.flatMap(({ id, address, reachable }) => {
    const node = cluster.nodeOf(id);
    if (node === null || !reachable || (mode !== "plain" && id === primary.id)) return [];
    return [{ address, node }];
  });
}

function lagNote({ lagBytes, silentSeconds }: ReplicaLink): string {
  if (lagBytes !== null) return `Before it, the replica was ${lagBytes} bytes behind its primary.`;
  const heard = silentSeconds === null || silentSeconds < 0 ? "" : ` It last heard of it ${silentSeconds} s before.`;
  return `How far the replica was behind is not known, because the primary did not say.${heard}`;
}

function riskNotes(mode: FailoverMode): string[] {
  if (mode === "plain") return [];
  const lost = "Writes that the replica has not received are lost.";
  if (mode === "force") return [lost];
  return [
    lost,
    "It takes over without asking the others: two primaries may claim the slots until they have heard of it.",
  ];
}

function goOn({ selection, mode }: FailoverOptions, { address }: ClusterNode): string[] {
  const way = mode === "plain" ? [] : [`--${mode}`];
  return [againLine("check", selection, []), againLine("failover", selection, [...way, address])];
}
