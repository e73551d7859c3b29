import { isFailing, settledNodes, shortId, type ClusterView } from "../../model/cluster-views.js";
import type { ClusterViewNode } from "../../model/facts.js";
import { defineTargetRule, evidence, notApplicable, serverCommand } from "../rule.js";

// A node that lost its network misses all others; the pattern shows in a few.
const mostLinks = 10;

export const clusterBusLinkDown = defineTargetRule({
  id: "cluster-bus-link-down",
  category: "cluster",
  issue: "A node has no connection to the cluster bus of another",
  priorities: ["medium"],
  reason:
    "Failures, votes and new slot owners travel over the bus: what a node does not hear, it acts upon too late. A link that was lost is set up again within a second, so one that stays down is blocked.",
  source: "Redis Cluster specification",
  needs: ["clusterView"],
  check(views, { allNodes }) {
    if (allNodes.length < 2) return notApplicable("only one node of the cluster is known");
    const down = views.flatMap((view) => brokenLinks(view).map((entry) => ({ view, entry })));
    if (down.length === 0) return null;
    const shown = down.slice(0, mostLinks);
    return {
      priority: "medium",
      action:
        "Look again after some seconds; if it stays, open the bus port (the port plus 10000, unless cluster-port says otherwise) between these nodes in both directions.",
      // A link that is just being set up again looks the same.
      confidence: "medium",
      evidence: shown.map(({ view, entry }) =>
        evidence(view.node, `link-state of ${entry.host}:${entry.port} (${shortId(entry.id)})`, entry.linkState),
      ),
      commands: [...new Set(shown.map(({ view }) => view.node))].map((node) => serverCommand(node, "CLUSTER", "NODES")),
    };
  },
});

/** Of a member that failed, cluster-member-failing tells. */
function brokenLinks({ facts }: ClusterView): ClusterViewNode[] {
  return settledNodes(facts.clusterView).filter(
    (entry) => !entry.myself && !isFailing(entry) && entry.linkState === "disconnected",
  );
}
