import { verbLine } from "../../model/shell-quote.js";
import { cannotJudge, defineRule, evidence, serverCommand, shellLine } from "../rule.js";

const allSlots = 16_384;

export const clusterNotOk = defineRule({
  id: "cluster-not-ok",
  category: "cluster",
  issue: "The cluster does not serve all hash slots",
  priorities: ["critical"],
  reason:
    "A slot that is failed or has no owner refuses its keys, and by default (cluster-require-full-coverage) the whole cluster then answers CLUSTERDOWN.",
  source: "redis-mixin, redis.io",
  needs: ["clusterInfo"],
  check({ clusterInfo }, { node, target }) {
    const { state, slotsAssigned, slotsFail, knownNodes } = clusterInfo;
    if (state === "ok" && (slotsFail === null || slotsAssigned === null))
      return cannotJudge("CLUSTER INFO does not show cluster_slots_fail and cluster_slots_assigned");
    if (state === "ok" && slotsFail === 0 && slotsAssigned === allSlots) return null;
    const alone = knownNodes === 1 && slotsAssigned === 0;
    return {
      priority: "critical",
      ...(alone && { issue: "Node runs in cluster mode but belongs to no cluster" }),
      action: alone
        ? "Join it to its cluster (CLUSTER MEET), or turn cluster-enabled off."
        : "Bring failed primaries back or promote their replicas (CLUSTER FAILOVER on the replica), and see that a majority of primaries can reach each other; give slots without an owner to a primary only when their keys are known to be lost (cachectl cluster fix says which they are).",
      evidence: [
        evidence(node, "cluster_state", state),
        evidence(node, "cluster_slots_assigned", slotsAssigned, "count"),
        evidence(node, "cluster_slots_fail", slotsFail, "count"),
        evidence(node, "cluster_known_nodes", knownNodes, "count"),
      ],
      commands: [
        ...(alone ? [] : [shellLine(verbLine("cluster fix", target.name))]),
        ...[serverCommand(node, "CLUSTER", "INFO"), serverCommand(node, "CLUSTER", "NODES")],
      ],
    };
  },
});
