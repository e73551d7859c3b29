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
  check({ replication, keyspace, server }, { node, target }) {
    if (replication.role !== "primary") return notApplicable("a replica");
    if (isThrowaway(target)) return notApplicable(`labelled env=${target.labels["env"]}`);
    if (replication.connectedReplicas === null) return cannotJudge("INFO does not show connected_slaves");
    // Keys also mean slots: a cluster primary without slots has none and needs no replica.
    if (replication.connectedReplicas > 0 || keyspace.keys === 0) return null;
    const clustered = server.mode === "cluster";
    return {
      priority: clustered ? "high" : "info",
      issue: clustered ? "A cluster primary has no replica" : "The data has no replica",
      action: clustered
        ? "Add a replica of this primary (CLUSTER REPLICATE on an empty node), or bring back the one that is gone."
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
