import { clusterRules } from "../../src/analyze/known-rules.js";
import { runRules } from "../../src/analyze/run-rules.js";
import { missing } from "../../src/model/fact.js";
import type { ClusterViewNode } from "../../src/model/facts.js";
import type { Observation, ObservedNode } from "../../src/model/observation.js";
import { topologyOf } from "../../src/plan/topology.js";
import { analysisReport } from "../../src/report/build-report.js";
import { clusterInfoReport } from "../../src/report/cluster/info-report.js";
import type { Report } from "../../src/model/report.js";
import { changed, nodeId, sixMembers, viewedBy } from "../support/cluster-views.js";
import { observationOf, redisNode, type Overrides } from "../support/facts.js";

/** Literal clusters: what the golden files of `cluster info` and `cluster check` render. */
export const clusterReports: Record<string, () => Report> = {
  "cluster-info-settled": () => infoOf(settled()),
  "cluster-info-troubled": () => infoOf(troubled()),
  "cluster-check-troubled": () => checkOf(troubled()),
};

function settled(): Observation {
  const nodes = sixMembers().map((entry, index) => memberNode(entry, sixMembers(), { keyspace: keysOf(index) }));
  return observationOf(nodes, { name: "prod", kind: "cluster", zones: zonesOf("a", "b", "c", "b", "c", "a") });
}

/** A slot half-way between two primaries, another without an owner, a replica that is gone, a node of another version. */
function troubled(): Observation {
  const view = changed(sixMembers(), {
    p2: { slots: [[5462, 10_922]] }, // 5461 has no owner.
    r6: { flags: ["slave", "fail"], linkState: "disconnected" },
  });
  const own = (name: string): ClusterViewNode[] => {
    if (name === "p1") return changed(view, { p1: { migrating: [{ slot: 7, to: nodeId("p2") }] } });
    if (name === "p2") return changed(view, { p2: { importing: [{ slot: 7, from: nodeId("p1") }] } });
    return view;
  };
  const answering = view.slice(0, 5).map((entry, index) =>
    memberNode(entry, own(entry.id.replace(/0+$/, "")), {
      keyspace: keysOf(index),
      clusterInfo: { state: "fail", slotsAssigned: 16_383 },
      ...(index === 3 ? { server: { mode: "cluster", version: "8.1.1" }, config: { maxmemory: "2147483648" } } : {}),
    }),
  );
  return observationOf([...answering, gone()], { name: "prod", kind: "cluster" });
}

function memberNode(entry: ClusterViewNode, view: ClusterViewNode[], over: Overrides): ObservedNode {
  const seen = viewedBy(entry.id.replace(/0+$/, ""), view);
  const primary = view.find(({ id }) => id === entry.primaryId);
  const { facts } = redisNode({
    server: { mode: "cluster", runId: entry.id },
    replication:
      primary === undefined
        ? { offset: 5_000, replicas: [], connectedReplicas: 1 }
        : {
            ...{ role: "replica", replicas: [], connectedReplicas: 0, linkStatus: "up", replicaOffset: 4_900 },
            primaryAddress: `${primary.host}:${primary.port}`,
          },
    counters: { instantaneous_ops_per_sec: primary === undefined ? 900 : 5 },
    config: { "cluster-require-full-coverage": "yes" },
    ...over,
  });
  const { clusterView } = seen.facts;
  return { node: seen.node, facts: clusterView === undefined ? facts : { ...facts, clusterView } };
}

function gone(): ObservedNode {
  const why = missing("unreachable", "the node could not be reached");
  const node = redisNode({
    node: { address: "10.0.0.6:6379", role: "replica", cliArguments: ["-h", "10.0.0.6", "-p", "6379"] },
    reachability: {
      reachable: false,
      failure: {
        cause: "refused",
        message: "connection refused by 10.0.0.6:6379: nothing listens on this port",
        hint: "Check that the server runs.",
      },
    },
  });
  const lost = Object.keys(node.facts).map((topic) => [topic, why]);
  return { node: node.node, facts: { ...Object.fromEntries(lost), reachability: node.facts.reachability } };
}

function keysOf(index: number): NonNullable<Overrides["keyspace"]> {
  const keys = [600_000, 200_000, 100_000, 600_000, 200_000, 100_000][index] ?? 0;
  return { keys, databases: { "0": { keys, expires: 0, avgTtlMs: 0 } } };
}

function zonesOf(...zones: string[]): Record<string, string> {
  return Object.fromEntries(zones.map((zone, index) => [`10.0.0.${index + 1}`, `eu-1${zone}`]));
}

function infoOf(observation: Observation): Report {
  const clusters = observation.targets.map((observed) => ({
    observed,
    topology: topologyOf(observed, observed.target.zones ?? {}),
  }));
  const at = observation.observedAt;
  return clusterInfoReport({ clusters, version: "0.0.0", observedAt: at, startedAt: at, durationMs: 12 });
}

function checkOf(observation: Observation): Report {
  const analysis = runRules(observation, clusterRules);
  const startedAt = observation.observedAt;
  return analysisReport({ observation, analysis, startedAt, durationMs: 3_012, operation: "cluster-check" });
}
