import type { ConfigFacts } from "../../model/facts.js";
import type { NodeIdentity } from "../../model/node.js";
import { defineTargetRule, evidence, notApplicable, serverCommand, type Draft } from "../rule.js";

/** Any node may become primary, and clients may meet any node: these ought to be the same everywhere. */
const alike = [
  "maxmemory",
  "maxmemory-policy",
  "cluster-node-timeout",
  "cluster-require-full-coverage",
  "cluster-allow-reads-when-down",
  "cluster-allow-pubsubshard-when-down",
  "cluster-allow-replica-migration",
  "cluster-migration-barrier",
  "cluster-replica-validity-factor",
  "min-replicas-to-write",
  "repl-timeout",
  "notify-keyspace-events",
];

/** Often set for replicas only, to spare the primaries the fork: a failover swaps them all the same. */
const alikeByRole = ["save", "appendonly", "appendfsync"];

interface Configured {
  node: NodeIdentity;
  facts: { config: ConfigFacts };
}

const headline = "Settings differ between the nodes of the cluster";

export const clusterConfigDrift = defineTargetRule({
  id: "cluster-config-drift",
  category: "cluster",
  issue: headline,
  priorities: ["low", "medium"],
  reason:
    "After a failover the replica's settings hold: with another maxmemory, policy or persistence the shard behaves differently from one minute to the next, and with other timeouts the nodes judge failures differently.",
  source: "cachectl",
  needs: ["config", "clusterInfo"],
  check(views) {
    if (views.length < 2) return notApplicable("only one node of the cluster showed its settings");
    const drifting = alike.flatMap((name) => driftOf(name, views));
    const byRole = alikeByRole.flatMap((name) =>
      ["primary", "replica"].flatMap((role) =>
        driftOf(
          name,
          views.filter(({ node }) => node.role === role),
        ),
      ),
    );
    const ofRoles = byRole.length > 0 ? [] : alikeByRole.flatMap((name) => driftOf(name, views));
    return [
      ...draft([...drifting, ...byRole], "medium", headline),
      ...draft(ofRoles, "low", "Primaries and replicas of the cluster persist differently"),
    ];
  },
});

interface Drift {
  name: string;
  /** Nodes with each value, the most common first. */
  groups: [value: string, nodes: Configured[]][];
}

function driftOf(name: string, views: readonly Configured[]): Drift[] {
  const groups = new Map<string, Configured[]>();
  for (const view of views) {
    const value = view.facts.config[name];
    // A version that does not have the setting does not differ in it.
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), view]);
  }
  if (groups.size < 2) return [];
  return [{ name, groups: [...groups].sort(([, a], [, b]) => b.length - a.length) }];
}

function draft(drifts: readonly Drift[], priority: Draft["priority"], issue: string): Draft[] {
  if (drifts.length === 0) return [];
  return [
    {
      priority,
      issue,
      action:
        "Decide which value is meant, set it on the other nodes with CONFIG SET, and keep it with CONFIG REWRITE. Lowering maxmemory evicts keys at once.",
      evidence: drifts.flatMap(evidenceOf),
      commands: drifts.flatMap(({ name, groups }) =>
        groups.slice(1).flatMap(([, nodes]) => nodes.map(({ node }) => serverCommand(node, "CONFIG", "GET", name))),
      ),
    },
  ];
}

/** Every node that differs from most, and one of those. */
function evidenceOf({ name, groups: [usual, ...others] }: Drift) {
  const line = (value: string) => (view: Configured) => evidence(view.node, name, value === "" ? "(empty)" : value);
  return [
    ...(usual === undefined ? [] : usual[1].slice(0, 1).map(line(usual[0]))),
    ...others.flatMap(([value, nodes]) => nodes.map(line(value))),
  ];
}
