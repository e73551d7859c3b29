import { mergeClusterViews, type ClusterMember } from "../../model/cluster-views.js";
import { isThrowaway } from "../environment.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, notApplicable } from "../rule.js";

export const clusterReplicaSharesPrimaryHost = defineTargetRule({
  id: "cluster-replica-shares-primary-host",
  category: "cluster",
  issue: "A replica of the cluster runs on its primary's host",
  priorities: ["info", "medium"],
  reason:
    "It is lost together with its primary, so it is no replica to count on. Where all replicas of a primary are beside it, cluster-primaries-share-host says so.",
  source: "Redis Cluster specification",
  needs: ["clusterView"],
  check(views, { target }) {
    const members = mergeClusterViews(views);
    const placed = [...members.values()].filter(({ host, failing }) => host !== "" && !failing);
    const replicas = placed.filter(({ entry }) => entry.role === "replica");
    if (replicas.length === 0) return notApplicable("the cluster has no replicas");
    if (new Set(placed.map(({ host }) => host)).size < 2)
      return notApplicable("the whole cluster runs on one host: cluster-primaries-share-host");
    const beside = replicas.filter((replica) => sharesHost(replica, members) && hasSibling(replica, replicas));
    if (beside.length === 0) return null;
    return {
      priority: isThrowaway(target) ? "info" : "medium",
      action:
        "Let it follow a primary on another host (CLUSTER REPLICATE on the replica), in exchange with one from there.",
      evidence: beside.map((member) => memberEvidence(member, "host, as its primary's", member.host)),
    };
  },
});

function sharesHost({ entry, host }: ClusterMember, members: ReadonlyMap<string, ClusterMember>): boolean {
  return entry.primaryId !== null && members.get(entry.primaryId)?.host === host;
}

/** Another replica of the same primary on another host. */
function hasSibling({ entry, host }: ClusterMember, replicas: readonly ClusterMember[]): boolean {
  return replicas.some((other) => other.entry.primaryId === entry.primaryId && other.host !== host);
}
