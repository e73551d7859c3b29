import { mergeClusterViews, settledNodes, type ClusterMember, type ClusterView } from "../../model/cluster-views.js";
import { verbLine } from "../../model/shell-quote.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, shellLine, type Draft } from "../rule.js";

export const clusterMemberFailing = defineTargetRule({
  id: "cluster-member-failing",
  category: "cluster",
  issue: "The cluster holds one of its members for failed",
  priorities: ["medium", "high", "critical"],
  reason:
    "A member is `fail?` in the eyes of a node that misses it for cluster-node-timeout, and `fail` when most primaries agree. A failed primary with slots answers nobody; without its replica, a primary has nobody to take over.",
  source: "Redis Cluster specification",
  needs: ["clusterView"],
  check(views, { target }) {
    const members = [...mergeClusterViews(views).values()].filter(({ failing }) => failing);
    const failed = members.filter((member) => isHeldFor(member, views, "fail"));
    const suspected = members.filter((member) => !failed.includes(member));
    const serving = ({ entry }: ClusterMember) => entry.role === "primary" && entry.slots.length > 0;
    const gone = failed.filter((member) => !serving(member));
    return [
      ...draft(failed.filter(serving), views, {
        priority: "critical",
        issue: "A primary with hash slots has failed, and nobody took over",
        action:
          "Start it again, or promote one of its replicas with cachectl cluster failover: until then its slots do not answer.",
        commands: [],
      }),
      ...draft(suspected, views, {
        // Of replicas and of one node's own opinion: nothing is down yet.
        priority: suspected.some(serving) ? "high" : "medium",
        issue: "A member of the cluster is suspected to have failed",
        action: "Look for an overload (slow commands, fork, swap) or a network fault there.",
        commands: [],
      }),
      ...draft(gone, views, {
        priority: "medium",
        issue: "A member without hash slots has failed and is still part of the cluster",
        action: "Start it again, or take it out of the cluster for good with the command below.",
        commands: gone.map(({ address }) => shellLine(`${verbLine("cluster del-node", target.name)} ${address}`)),
      }),
    ];
  },
});

function draft(
  members: readonly ClusterMember[],
  views: readonly ClusterView[],
  fields: Pick<Draft, "priority" | "action"> & Required<Pick<Draft, "issue" | "commands">>,
): Draft[] {
  if (members.length === 0) return [];
  return [
    {
      ...fields,
      evidence: members.flatMap((member) => [
        memberEvidence(member, "flags", flagsOf(member, views).join(",")),
        memberEvidence(
          member,
          "nodes that miss it",
          views.filter((view) => flagsIn(view, member).some((flag) => flag === "fail" || flag === "fail?")).length,
          "count",
        ),
      ]),
    },
  ];
}

function isHeldFor(member: ClusterMember, views: readonly ClusterView[], flag: string): boolean {
  return views.some((view) => flagsIn(view, member).includes(flag));
}

/** As the first node that misses it writes them. */
function flagsOf(member: ClusterMember, views: readonly ClusterView[]): string[] {
  const seen = views.map((view) => flagsIn(view, member));
  return seen.find((flags) => flags.includes("fail")) ?? seen.find((flags) => flags.includes("fail?")) ?? [];
}

function flagsIn({ facts }: ClusterView, { entry }: ClusterMember): string[] {
  return settledNodes(facts.clusterView).find(({ id }) => id === entry.id)?.flags ?? [];
}
