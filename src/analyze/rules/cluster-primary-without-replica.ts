import type { Priority } from "../../model/finding.js";
import type { TargetIdentity } from "../../model/node.js";
import { mergeClusterViews, type ClusterMember } from "../../model/cluster-views.js";
import { countSlots } from "../../model/slot-ranges.js";
import { isThrowaway } from "../environment.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, serverCommand } from "../rule.js";

export const clusterPrimaryWithoutReplica = defineTargetRule({
  id: "cluster-primary-without-replica",
  category: "cluster",
  issue: "A primary of the cluster has no healthy replica",
  priorities: ["info", "medium", "high"],
  reason:
    "When it is lost, its slots have nobody to be promoted and by default the whole cluster stops; the data is gone with it.",
  source: "redis.io cluster tutorial",
  needs: ["clusterView"],
  check(views, { target }) {
    const members = [...mergeClusterViews(views).values()].filter(({ failing }) => !failing);
    const primaries = members.filter(({ entry }) => entry.role === "primary" && countSlots(entry.slots) > 0);
    const replicasOf = (primary: ClusterMember) =>
      members.filter(({ entry }) => entry.role === "replica" && entry.primaryId === primary.entry.id);
    const bare = primaries.filter((primary) => replicasOf(primary).length === 0);
    if (bare.length === 0) return null;
    const spare = primaries.flatMap((primary) => replicasOf(primary).slice(1)).filter(({ node }) => node !== null);
    return {
      priority: priorityFor(target),
      action:
        spare.length > 0
          ? "Give it one of the replicas that another primary has to spare, as below: the replica then copies its new primary's data."
          : "Add a node and make it a replica of this primary (CLUSTER REPLICATE on the new node), or bring its failed replica back.",
      evidence: bare.map((member) => memberEvidence(member, "healthy replicas", 0, "count")),
      commands: bare.flatMap(({ entry }, index) => {
        const replica = spare[index]?.node;
        return replica === null || replica === undefined
          ? []
          : [serverCommand(replica, "CLUSTER", "REPLICATE", entry.id)];
      }),
    };
  },
});

/** The loss of a cache costs time, not data. */
function priorityFor(target: TargetIdentity): Priority {
  if (isThrowaway(target)) return "info";
  return target.role === "cache" ? "medium" : "high";
}
