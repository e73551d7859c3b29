import { mergeClusterViews, type ClusterMember } from "../../model/cluster-views.js";
import { countSlots } from "../../model/slot-ranges.js";
import { isThrowaway } from "../environment.js";
import { isLoopback } from "../network-exposure.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, notApplicable, type Draft } from "../rule.js";

export const clusterPrimariesShareHost = defineTargetRule({
  id: "cluster-primaries-share-host",
  category: "cluster",
  issue: "Several primaries of the cluster run on one host",
  priorities: ["info", "medium", "high"],
  reason:
    "Failover needs a majority of primaries and a replica elsewhere: a host that holds half of the primaries, or a primary with all its replicas, takes the cluster down with it.",
  source: "Redis Cluster specification",
  needs: ["clusterView"],
  check(views, { target }) {
    const members = [...mergeClusterViews(views).values()].filter(({ failing, host }) => !failing && host !== "");
    const primaries = members.filter(({ entry }) => entry.role === "primary" && countSlots(entry.slots) > 0);
    if (primaries.length < 2) return notApplicable("the cluster has fewer than two primaries with slots");
    const hosts = groupByHost(primaries);
    const oneMachine = new Set(members.map(({ host }) => host)).size === 1;
    const drafts = oneMachine
      ? [wholeCluster(primaries)]
      : [...sharing(hosts, primaries.length), ...besideAllReplicas(primaries, members)];
    return isThrowaway(target) ? drafts.map((entry) => ({ ...entry, priority: "info" as const })) : drafts;
  },
});

function wholeCluster(primaries: readonly ClusterMember[]): Draft {
  const onLoopback = primaries.every(({ host }) => isLoopback(host));
  const action = "Fine for trying things out; for anything else spread primaries and replicas over hosts.";
  return {
    ...draft(primaries, onLoopback ? "info" : "high", "The whole cluster runs on one host", action),
    // Behind address translation several hosts may announce the same address.
    confidence: onLoopback ? "high" : "medium",
  };
}

function sharing(hosts: readonly ClusterMember[][], primaryCount: number): Draft[] {
  const action =
    "Swap roles with replicas on other hosts: CLUSTER FAILOVER on a replica makes it the primary without losing writes.";
  // Without a majority of primaries nobody can be promoted, so the rest stops as well.
  const decisive = hosts.filter(({ length }) => length > 1 && 2 * length >= primaryCount);
  const others = hosts.filter(({ length }) => length > 1 && 2 * length < primaryCount);
  return [
    ...(decisive.length === 0
      ? []
      : [draft(decisive.flat(), "high", "Half or more of the primaries of the cluster run on one host", action)]),
    ...(others.length === 0 ? [] : [draft(others.flat(), "medium", clusterPrimariesShareHost.issue, action)]),
  ];
}

function besideAllReplicas(primaries: readonly ClusterMember[], members: readonly ClusterMember[]): Draft[] {
  const doomed = primaries.filter((primary) => {
    const replicas = members.filter(({ entry }) => entry.role === "replica" && entry.primaryId === primary.entry.id);
    return replicas.length > 0 && replicas.every(({ host }) => host === primary.host);
  });
  if (doomed.length === 0) return [];
  return [
    draft(
      doomed,
      "high",
      "A primary of the cluster and all its replicas run on one host",
      "Let a replica on another host follow this primary (CLUSTER REPLICATE on the replica).",
    ),
  ];
}

function draft(members: readonly ClusterMember[], priority: Draft["priority"], issue: string, action: string): Draft {
  return { priority, issue, action, evidence: members.map((member) => memberEvidence(member, "host", member.host)) };
}

function groupByHost(members: readonly ClusterMember[]): ClusterMember[][] {
  const hosts = new Map<string, ClusterMember[]>();
  for (const member of members) hosts.set(member.host, [...(hosts.get(member.host) ?? []), member]);
  return [...hosts.values()];
}
