import { promotableReplicas, whyNotPromotable } from "../../model/promotable.js";
import { addressEvidence, defineSentinelRule } from "../sentinel-rule.js";
import { serverCommand } from "../rule.js";

export const sentinelNoPromotableReplica = defineSentinelRule({
  id: "sentinel-no-promotable-replica",
  category: "replication",
  issue: "No replica could be promoted if the master failed",
  priorities: ["high"],
  reason:
    "Sentinel chooses among replicas that it reaches, with a priority above 0, a PING within 5 seconds, an INFO within 30, and a link to the master that was not down for long. Without one, every failover is broken off.",
  source: "sentinel.c, sentinelSelectSlave",
  asks: "sentinels",
  judge(group) {
    if (promotableReplicas(group).length > 0) return [];
    const { name, primary, replicas } = group;
    const none = replicas.length === 0;
    const byPriority = replicas.filter((replica) => whyNotPromotable(replica) === "replica-priority is 0");
    return [
      {
        priority: "high",
        issue: none
          ? "The master has no replica that could be promoted"
          : "No replica could be promoted if the master failed",
        action: none
          ? "Add a replica (REPLICAOF on another server)."
          : byPriority.length > 0
            ? "Give a replica a priority above 0, then CONFIG REWRITE so that a restart keeps it."
            : "Bring a replica back: the evidence says what is in its way.",
        nodes: none ? [primary.address] : replicas.map(({ address }) => address),
        evidence: none
          ? [addressEvidence(primary.address, `replicas of ${name}`, 0, "count")]
          : replicas.map((replica) => addressEvidence(replica.address, "not promotable", whyNotPromotable(replica))),
        commands: byPriority.flatMap(({ node }) =>
          node === null ? [] : [serverCommand(node, "CONFIG", "SET", "replica-priority", "100")],
        ),
      },
    ];
  },
});
