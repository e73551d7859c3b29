import { askLink, failOver, type FailoverMode, type ReplicaLink } from "../../apply/fail-over.js";
import { runSteps, type StepResult } from "../../apply/run-steps.js";
import { CachectlError } from "../../model/errors.js";
import type { ClusterNode, ClusterTopology } from "../../model/cluster-topology.js";
import type { Report } from "../../model/report.js";
import { verbLine } from "../../model/shell-quote.js";
import { findMember } from "../../plan/find-member.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
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

/** A plain failover pauses writes until the replica has caught up, and gives up after 5 s: much more than this does not arrive by then. */
const mostLagBytes = 64 * 1_048_576;

/** `cachectl cluster failover`: makes a replica the primary, and waits until every member agrees. Writes. */
export async function clusterFailover(context: Context, options: FailoverOptions): Promise<Report> {
  const frame = beginRun(context);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    const { replica, primary } = pairOf(cluster.topology, options.replica);
    const link = await checkLink(cluster, replica, primary, options.mode);
    const target = cluster.profile.identity.name;
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
      change: { ...result, complete, goOn: complete ? [] : goOn(target, replica) },
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

async function checkLink(
  cluster: OpenCluster,
  replica: ClusterNode,
  primary: ClusterNode,
  mode: FailoverMode,
): Promise<ReplicaLink> {
  if (!replica.reachable) throw refused(`${replica.address} does not answer`, "Name a replica that does.");
  const link = await askLink(nodeFor(cluster, replica), primary.reachable ? cluster.nodeOf(primary.id) : null);
  if (mode !== "plain") return link;
  const forced = "add --force, which does without the primary and loses what the replica has not received";
  if (!primary.reachable)
    throw refused(
      `its primary ${primary.address} does not answer, and a plain failover needs it`,
      `Bring it back, or ${forced}.`,
    );
  if (link.syncing) throw refused(`${replica.address} is still copying its primary's data`, "Wait until it has it.");
  if (!link.up)
    throw refused(
      `${replica.address} has no link to its primary ${primary.address}`,
      `Mend the link first, or ${forced}.`,
    );
  if (link.lagBytes !== null && link.lagBytes > mostLagBytes)
    throw refused(
      `${replica.address} is ${Math.round(link.lagBytes / 1_048_576)} MB behind its primary`,
      `Wait until it has caught up, or ${forced}.`,
    );
  return link;
}

function refused(message: string, hint: string): CachectlError {
  return new CachectlError("usage", "failover-refused", `${message}; nothing was changed`, hint);
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

/** Without the primary's help it may not hear of it; it learns when it is back. */
function witnesses(cluster: OpenCluster, primary: ClusterNode, mode: FailoverMode) {
  return cluster.topology.nodes.flatMap(({ id, address, reachable }) => {
    const node = cluster.nodeOf(id);
    if (node === null || !reachable || (mode !== "plain" && id === primary.id)) return [];
    return [{ address, node }];
  });
}

function nodeFor(cluster: OpenCluster, { id, address }: ClusterNode) {
  const node = cluster.nodeOf(id);
  if (node === null)
    throw refused(`${address} cannot be talked to`, "Name it in the profile's nodes, or mend the natMap.");
  return node;
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

function goOn(target: string, { address }: ClusterNode): string[] {
  return [verbLine("cluster check", target), `${verbLine("cluster failover", target)} ${address}`];
}
