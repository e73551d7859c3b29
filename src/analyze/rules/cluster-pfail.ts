import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const clusterPfail = defineRule({
  id: "cluster-pfail",
  category: "cluster",
  issue: "A node of the cluster is suspected to have failed",
  priorities: ["high"],
  reason:
    "A primary that misses cluster-node-timeout is marked fail? by the nodes that miss it: a failover follows when most primaries agree, and until then its slots do not answer.",
  source: "redis-mixin",
  needs: ["clusterInfo"],
  check({ clusterInfo: { slotsPfail } }, { node }) {
    if (slotsPfail === null) return cannotJudge("CLUSTER INFO does not show cluster_slots_pfail");
    if (slotsPfail === 0) return null;
    return {
      priority: "high",
      action:
        "Find the node that CLUSTER NODES flags fail? and look for an overload (slow commands, fork, swap) or a network fault there.",
      evidence: [evidence(node, "cluster_slots_pfail", slotsPfail, "count")],
      commands: [serverCommand(node, "CLUSTER", "NODES")],
    };
  },
});
