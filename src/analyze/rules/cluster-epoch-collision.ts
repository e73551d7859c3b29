import { mergeClusterViews, type ClusterMember } from "../../model/cluster-views.js";
import { countSlots } from "../../model/slot-ranges.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, serverCommand } from "../rule.js";

export const clusterEpochCollision = defineTargetRule({
  id: "cluster-epoch-collision",
  category: "cluster",
  issue: "Two primaries have the same configuration epoch",
  priorities: ["medium"],
  reason:
    "The higher epoch decides who owns a slot that two nodes claim; with equal epochs nothing decides. Nodes that hear each other end this within a second, so where it lasts they do not.",
  source: "Redis Cluster specification",
  needs: ["clusterView"],
  check(views) {
    const byEpoch = new Map<number, ClusterMember[]>();
    for (const member of mergeClusterViews(views).values()) {
      if (member.entry.role !== "primary" || member.failing || countSlots(member.entry.slots) === 0) continue;
      byEpoch.set(member.entry.configEpoch, [...(byEpoch.get(member.entry.configEpoch) ?? []), member]);
    }
    const colliding = [...byEpoch.values()].filter(({ length }) => length > 1).flat();
    if (colliding.length === 0) return null;
    return {
      priority: "medium",
      action:
        "Run analyze again after some seconds; if it stays, check that these nodes reach each other's cluster bus port (the port plus 10000, unless cluster-port says otherwise).",
      // What was not asked itself is known from its peers, whose knowledge may be a gossip round old.
      confidence: colliding.every(({ node }) => node !== null) ? "high" : "medium",
      evidence: colliding.map((member) => memberEvidence(member, "config-epoch", member.entry.configEpoch, "count")),
      commands: colliding.flatMap(({ node }) => (node === null ? [] : [serverCommand(node, "CLUSTER", "NODES")])),
    };
  },
});
