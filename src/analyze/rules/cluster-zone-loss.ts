import { mergeClusterViews, type ClusterMember } from "../../model/cluster-views.js";
import type { ConfigFacts } from "../../model/facts.js";
import type { Fact } from "../../model/fact.js";
import type { TargetIdentity } from "../../model/node.js";
import { isThrowaway } from "../environment.js";
import { memberEvidence } from "../member-evidence.js";
import { defineTargetRule, notApplicable, type Draft } from "../rule.js";

interface Placed {
  member: ClusterMember;
  zone: string;
}

export const clusterZoneLoss = defineTargetRule({
  id: "cluster-zone-loss",
  category: "cluster",
  issue: "The cluster would not survive the loss of one availability zone",
  priorities: ["info", "low", "medium"],
  reason:
    "A primary whose replicas are all in its own zone is lost with them, and failover needs a majority of primaries outside. Zones come from `zones` in the profile, else from the servers' availability-zone.",
  source: "cachectl",
  needs: ["clusterView"],
  wants: ["config"],
  check(views, { target }) {
    const configs = new Map(views.map(({ node, wanted }) => [node.address, wanted.config]));
    const placed = [...mergeClusterViews(views).values()].flatMap((member): Placed[] => {
      const zone = zoneOf(member, configs.get(member.address), target);
      return zone === null || member.failing ? [] : [{ member, zone }];
    });
    if (placed.length === 0) return notApplicable("no zones are known");
    const zones = new Set(placed.map(({ zone }) => zone));
    const drafts =
      zones.size === 1
        ? [draft(placed, "low", "The whole cluster is in one availability zone", spread)]
        : [...besideAllReplicas(placed), ...(zones.size > 2 ? crowded(placed) : [])];
    return isThrowaway(target) ? drafts.map((entry) => ({ ...entry, priority: "info" as const })) : drafts;
  },
});

const spread = "Spread primaries and replicas over zones, if the service must outlive one.";

function besideAllReplicas(placed: readonly Placed[]): Draft[] {
  const doomed = placed.filter(({ member, zone }) => {
    const replicas = placed.filter(({ member: { entry } }) => entry.primaryId === member.entry.id);
    return replicas.length > 0 && replicas.every((replica) => replica.zone === zone);
  });
  if (doomed.length === 0) return [];
  return [
    draft(
      doomed,
      "medium",
      "A primary of the cluster and all its replicas are in one availability zone",
      "Let a replica in another zone follow this primary (CLUSTER REPLICATE on the replica).",
    ),
  ];
}

/** With two zones, one of them always has half of the primaries. */
function crowded(placed: readonly Placed[]): Draft[] {
  const primaries = placed.filter(({ member: { entry } }) => entry.role === "primary" && entry.slots.length > 0);
  const inZone = (zone: string) => primaries.filter((entry) => entry.zone === zone);
  const decisive = primaries.filter(
    ({ zone }) => inZone(zone).length > 1 && 2 * inZone(zone).length >= primaries.length,
  );
  if (decisive.length === 0) return [];
  return [
    draft(
      decisive,
      "medium",
      "Half or more of the primaries of the cluster are in one availability zone",
      "Swap roles with replicas in other zones: cachectl cluster failover makes a replica the primary without losing writes.",
    ),
  ];
}

function draft(placed: readonly Placed[], priority: Draft["priority"], issue: string, action: string): Draft {
  const evidence = placed.map(({ member, zone }) => memberEvidence(member, "availability zone", zone));
  return { priority, issue, action, evidence };
}

function zoneOf(
  { entry, host, address }: ClusterMember,
  config: Fact<ConfigFacts> | undefined,
  { zones = {} }: TargetIdentity,
): string | null {
  const dialled = address.slice(0, address.lastIndexOf(":"));
  const named = zones[host] ?? zones[dialled] ?? zones[entry.hostname ?? ""];
  const own = config?.ok === true ? (config.value["availability-zone"] ?? "") : "";
  return named ?? (own === "" ? null : own);
}
