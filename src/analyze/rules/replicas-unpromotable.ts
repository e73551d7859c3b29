import { defineTargetRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicasUnpromotable = defineTargetRule({
  id: "replicas-unpromotable",
  category: "replication",
  issue: "No replica may be promoted: every one has replica-priority 0",
  priorities: ["high"],
  reason:
    "Sentinel never promotes a replica with priority 0, so the loss of the primary would be the loss of the service.",
  source: "redis.io documentation",
  needs: ["replication"],
  check(views) {
    const replicas = views.filter(({ facts }) => facts.replication.role === "replica");
    if (replicas.length === 0) return notApplicable("no replicas");
    if (replicas.some(({ facts }) => facts.replication.priority !== 0)) return null;
    return {
      priority: "high",
      action: "Give at least one replica a priority above 0.",
      nodes: replicas.map(({ node }) => node.address),
      evidence: replicas.map(({ node }) => evidence(node, "slave_priority", 0, "count")),
      commands: replicas.map(({ node }) => serverCommand(node, "CONFIG", "SET", "replica-priority", "100")),
    };
  },
});
