import { cannotJudge, defineTargetRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicasUnpromotable = defineTargetRule({
  id: "replicas-unpromotable",
  category: "replication",
  issue: "No replica may be promoted: every one has replica-priority 0",
  priorities: ["high"],
  reason:
    "Sentinel never promotes a replica with priority 0, so the loss of the primary would be the loss of the service.",
  source: "redis.io documentation",
  needs: ["replication"],
  wants: ["server"],
  check(views, { unseen }) {
    if (views.some(({ wanted: { server } }) => server.ok && server.value.mode === "cluster"))
      return notApplicable("a cluster does not look at replica-priority");
    const replicas = views.filter(({ facts }) => facts.replication.role === "replica");
    if (replicas.length === 0) return notApplicable("no replicas");
    const priorities = replicas.map(({ facts }) => facts.replication.priority);
    if (priorities.some((priority) => priority !== null && priority > 0)) return null;
    if (priorities.includes(null)) return cannotJudge("INFO does not show slave_priority");
    return {
      priority: "high",
      // The one that did not answer may be promotable.
      confidence: unseen.length > 0 ? "low" : "high",
      action: "Give at least one replica a priority above 0.",
      nodes: replicas.map(({ node }) => node.address),
      evidence: replicas.map(({ node }) => evidence(node, "slave_priority", 0, "count")),
      commands: replicas.map(({ node }) => serverCommand(node, "CONFIG", "SET", "replica-priority", "100")),
    };
  },
});
