import { mergeClusterViews } from "../../model/cluster-views.js";
import type { ServerFacts } from "../../model/facts.js";
import type { NodeIdentity } from "../../model/node.js";
import { compareVersions } from "../../model/version-number.js";
import { defineTargetRule, evidence, notApplicable, type Draft } from "../rule.js";

interface Versioned {
  node: NodeIdentity;
  facts: { server: ServerFacts };
}

export const clusterVersionsMixed = defineTargetRule({
  id: "cluster-versions-mixed",
  category: "cluster",
  issue: "The nodes of the cluster run different versions",
  priorities: ["low", "medium", "high"],
  reason:
    "A replica that is older than its primary may not be able to read its snapshot, and a slot cannot move to a node that does not know its values. During an upgrade, replicas go first.",
  source: "redis.io, valkey.io upgrade notes",
  needs: ["server", "clusterView"],
  check(views) {
    if (views.length < 2) return notApplicable("only one node of the cluster was seen");
    const behind = olderReplicas(views);
    if (behind.length > 0) return behindDraft(behind);
    const lines = new Set(views.map(({ facts }) => lineOf(facts.server)));
    const versions = new Set(views.map(({ facts }) => versionOf(facts.server)));
    if (versions.size === 1) return null;
    return {
      // Patch releases of one line understand each other.
      priority: lines.size > 1 ? "medium" : "low",
      ...(lines.size === 1 && { issue: "The nodes of the cluster run different patch releases" }),
      action: "Finish the upgrade: replicas first, then fail over to them and upgrade the former primaries.",
      evidence: views.map(versionEvidence),
    };
  },
});

function behindDraft(behind: readonly [replica: Versioned, primary: Versioned][]): Draft {
  return {
    priority: "high",
    issue: "A replica of the cluster runs an older release line than its primary",
    action: "Upgrade the replica: it may not be able to read its primary's snapshot when it has to copy it anew.",
    evidence: behind.flat().map(versionEvidence),
  };
}

function olderReplicas(
  views: readonly (Versioned & Parameters<typeof mergeClusterViews>[0][number])[],
): [Versioned, Versioned][] {
  const byId = new Map(views.map((view) => [view.facts.clusterView.myId, view]));
  return [...mergeClusterViews(views).values()].flatMap(({ entry }): [Versioned, Versioned][] => {
    const replica = byId.get(entry.id);
    const primary = byId.get(entry.primaryId ?? "");
    if (entry.role !== "replica" || replica === undefined || primary === undefined) return [];
    // Versions of two products do not compare.
    if (replica.facts.server.product !== primary.facts.server.product) return [];
    const difference = compareVersions(release(replica.facts.server), release(primary.facts.server));
    return difference !== null && difference < 0 ? [[replica, primary]] : [];
  });
}

function release({ version }: ServerFacts): string {
  return version.split(".").slice(0, 2).join(".");
}

function lineOf(server: ServerFacts): string {
  return `${server.product} ${release(server)}`;
}

function versionOf({ product, version }: ServerFacts): string {
  return `${product} ${version}`;
}

function versionEvidence({ node, facts: { server } }: Versioned) {
  return evidence(node, "version", versionOf(server));
}
