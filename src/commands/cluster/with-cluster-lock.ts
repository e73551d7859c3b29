import { takeClusterLock } from "../../apply/cluster-lock.js";
import type { Context } from "../context.js";
import { moveMembers } from "./move-members.js";
import type { OpenCluster } from "./open-cluster.js";

/**
 * Does `change` while no other run may change this cluster. `stop` aborts with the first signal, and when the lock is lost: then
 * the step in hand is finished and no other begun.
 *
 * @throws CachectlError change `cluster-locked` or `cluster-not-writable`, before anything was changed
 */
export async function withClusterLock<T>(
  context: Context,
  cluster: OpenCluster,
  operation: string,
  change: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  // Replicas too: after a failover one of them owns the lock's slot, and a MOVED must lead to it.
  const members = moveMembers(cluster, cluster.topology);
  const holder = `${operation.replace("-", " ")} on ${context.change.holder}`;
  const lock = await takeClusterLock({ members, holder });
  try {
    return await change(AbortSignal.any([context.change.stopRequested, lock.lost]));
  } finally {
    await lock.release();
  }
}
