import type { TargetIdentity } from "../../model/node.js";
import { verbLine } from "../../model/shell-quote.js";
import { disputedRoles, disputedSlots, ownerOf, roleOf, unknownMembers } from "../../model/cluster-disagreement.js";
import { shortId, type ClusterView } from "../../model/cluster-views.js";
import {
  cannotJudge,
  defineTargetRule,
  evidence,
  notApplicable,
  serverCommand,
  shellLine,
  type Draft,
} from "../rule.js";

// Enough to recognise the pattern; a lost node disputes thousands of slots.
const mostExamples = 5;

export const clusterViewsDiffer = defineTargetRule({
  id: "cluster-views-differ",
  category: "cluster",
  issue: "The nodes of the cluster do not agree with each other",
  priorities: ["medium", "high"],
  reason:
    "Clients route by whichever node they ask, so a disagreement on slots sends writes to the wrong place; the cluster bus settles normal changes within seconds.",
  source: "redis-cli --cluster check",
  needs: ["clusterView"],
  check(views, { unseen, allNodes, target }) {
    if (allNodes.length < 2) return notApplicable("only one node of the cluster is known");
    if (views.length < 2)
      return cannotJudge(
        `only one of ${allNodes.length} nodes showed CLUSTER NODES (${unseen[0]?.reason ?? "no reason"})`,
      );
    return [...slotDispute(views, target), ...roleDispute(views), ...membershipDispute(views)];
  },
});

/** The views are taken one after another, so a change that is just spreading looks like a lasting disagreement. */
const common = { confidence: "medium" as const };

function slotDispute(views: readonly ClusterView[], target: TargetIdentity): Draft[] {
  const ranges = disputedSlots(views);
  const [sample] = ranges[0] ?? [];
  if (sample === undefined) return [];
  const shown = ranges
    .slice(0, mostExamples)
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return [
    {
      ...common,
      priority: "high",
      issue: "The nodes do not agree on who owns which hash slots",
      action:
        "Look again after some seconds; if it stays, check the cluster bus between the nodes, and then settle the slots with cachectl cluster fix.",
      evidence: views.flatMap(({ node, facts }, index) => {
        const owner = ownerOf(facts.clusterView, sample);
        return [
          ...(index === 0
            ? [evidence(node, "disputed slots", shown.join(" ") + (ranges.length > shown.length ? " …" : ""))]
            : []),
          evidence(node, `owner of slot ${sample}`, owner === null ? "none" : shortId(owner.id)),
        ];
      }),
      commands: [
        shellLine(verbLine("cluster fix", target.name)),
        ...views.map(({ node }) => serverCommand(node, "CLUSTER", "NODES")),
      ],
    },
  ];
}

function roleDispute(views: readonly ClusterView[]): Draft[] {
  const ids = disputedRoles(views).slice(0, mostExamples);
  if (ids.length === 0) return [];
  return [
    {
      ...common,
      priority: "medium",
      issue: "The nodes do not agree on who is primary and who replicates whom",
      action:
        "A failover that is just spreading looks like this: run analyze again after some seconds. If it stays, check the cluster bus between the nodes.",
      evidence: views.flatMap(({ node, facts }) =>
        facts.clusterView.nodes
          .filter(({ id }) => ids.includes(id))
          .map((entry) => evidence(node, `role of ${shortId(entry.id)}`, roleOf(entry))),
      ),
    },
  ];
}

function membershipDispute(views: readonly ClusterView[]): Draft[] {
  const lacking = unknownMembers(views);
  if (lacking.length === 0) return [];
  return [
    {
      ...common,
      priority: "medium",
      issue: "The nodes do not agree on who belongs to the cluster",
      action:
        "A node that was removed has to be forgotten (CLUSTER FORGET) on every node within a minute, one that was added has to be met; if the profile names nodes of two clusters, make it two profiles.",
      evidence: lacking.map(({ view, missing }) =>
        evidence(
          view.node,
          "unknown nodes",
          missing.slice(0, mostExamples).map(shortId).join(" ") + (missing.length > mostExamples ? " …" : ""),
        ),
      ),
    },
  ];
}
