import type { ClusterViewFacts } from "../../model/facts.js";
import { isThrowaway } from "../environment.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const noReplica = defineRule({
  id: "no-replica",
  category: "replication",
  issue: "The data has no replica",
  priorities: ["info", "high"],
  reason:
    "The loss of this node is the loss of its data until a restart; in a cluster its slots go down, and by default (cluster-require-full-coverage) the whole cluster with them.",
  source: "cachectl",
  needs: ["replication", "keyspace", "server"],
  wants: ["clusterView"],
  check({ replication, keyspace, server }, { node, target }, { clusterView }) {
    if (replication.role !== "primary") return notApplicable("a replica");
    if (isThrowaway(target)) return notApplicable(`labelled env=${target.labels["env"]}`);
    if (replication.connectedReplicas === null) return cannotJudge("INFO does not show connected_slaves");
    // Keys also mean slots: a cluster primary without slots has none and needs no replica.
    if (replication.connectedReplicas > 0 || keyspace.keys === 0) return null;
    const clustered = server.mode === "cluster";
    if (clustered && clusterView.ok && !hasReplicas(clusterView.value))
      return notApplicable("the cluster has none for it: cluster-primary-without-replica");
    return {
      priority: clustered ? "high" : "info",
      issue: clustered ? "No replica of a cluster primary is connected to it" : "The data has no replica",
      action: clustered
        ? "Bring back the replica that the cluster has for it, or mend its link: its log names the error."
        : "Add a replica (REPLICAOF on another server) if the service must outlive this node.",
      evidence: [
        evidence(node, "connected_slaves", replication.connectedReplicas, "count"),
        evidence(node, "keys", keyspace.keys, "count"),
        evidence(node, "server mode", server.mode),
      ],
      commands: [serverCommand(node, "INFO", "replication")],
    };
  },
});

function hasReplicas({ myId, nodes }: ClusterViewFacts): boolean {
  return nodes.some(({ primaryId }) => primaryId === myId);
}
