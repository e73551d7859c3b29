import { askLink, type FailoverMode, type ReplicaLink } from "../../apply/fail-over.js";
import type { ClusterNode } from "../../model/cluster-topology.js";
import { CachectlError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import type { Context } from "../context.js";
import type { OpenCluster } from "./open-cluster.js";
import { stopBeforeChange } from "../stop-before-change.js";

/** A plain failover pauses writes until the replica has caught up, and gives up after 5 s: much more than this does not arrive by then. */
const mostLagBytes = 64 * 1_048_576;

/** A primary that has just become a replica, by the failover before this one, needs some seconds for its link. */
const linkPatienceMs = 10_000;
const pauseMs = 200;

/**
 * How the replica follows, where that is good enough for this way of failing over. Read-only.
 *
 * @throws CachectlError usage `failover-refused`: nothing was changed; the signal's reason when it aborts
 */
export async function checkLink(
  context: Context,
  cluster: OpenCluster,
  { replica, primary }: { replica: ClusterNode; primary: ClusterNode },
  mode: FailoverMode,
): Promise<ReplicaLink> {
  if (!replica.reachable) throw refused(`${replica.address} does not answer`, "Name a replica that does.");
  const [node, ahead] = [nodeFor(cluster, replica), primary.reachable ? cluster.nodeOf(primary.id) : null];
  if (mode !== "plain") return await askLink(node, ahead);
  const forced = "add --force, which does without the primary and loses what the replica has not received";
  if (!primary.reachable)
    throw refused(
      `its primary ${primary.address} does not answer, and a plain failover needs it`,
      `Bring it back, or ${forced}.`,
    );
  const link = await linkInTime(context, node, ahead);
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

async function linkInTime({ change }: Context, replica: FleetNode, primary: FleetNode | null): Promise<ReplicaLink> {
  const until = change.clock.monotonicMs() + linkPatienceMs;
  for (;;) {
    const link = await askLink(replica, primary);
    if (link.up || change.clock.monotonicMs() >= until) return link;
    stopBeforeChange(change);
    await change.clock.sleep(pauseMs);
  }
}

/** @throws CachectlError usage where discovery found no way to it */
export function nodeFor(cluster: OpenCluster, { id, address }: ClusterNode): FleetNode {
  const node = cluster.nodeOf(id);
  if (node === null)
    throw refused(`${address} cannot be talked to`, "Name it in the profile's nodes, or mend the natMap.");
  return node;
}

function refused(message: string, hint: string): CachectlError {
  return new CachectlError("usage", "failover-refused", `${message}; nothing was changed`, hint);
}
