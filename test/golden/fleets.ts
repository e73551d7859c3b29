import { missing } from "../../src/model/fact.js";
import type { Analysis, Evidence, Finding, Judgement } from "../../src/model/finding.js";
import type { NodeFacts, Observation, ObservedNode } from "../../src/model/observation.js";
import type { AnalysisRun } from "../../src/report/build-report.js";
import { memcachedNode, observationOf, redisNode, type Overrides } from "../support/facts.js";
import { finding, judgementsOf } from "../support/analysis.js";

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** Literal runs of `analyze`: what the golden files render, and what the schema must accept. */
export const fleets: Record<string, AnalysisRun> = {
  "healthy-fleet": healthyFleet(),
  "bad-night": badNight(),
  "large-cluster": largeCluster(),
  "memcached-pair": memcachedPair(),
  "no-permission": noPermission(),
};

function healthyFleet(): AnalysisRun {
  const nodes = [
    server("10.0.0.5:6379", { replication: { replicas: [replicaEntry("10.0.0.6:6379", 980)] } }),
    replica("10.0.0.6:6379", "10.0.0.5:6379", 980),
    replica("10.0.0.7:6379", "10.0.0.5:6379", 1_000),
  ];
  const observation = observationOf(nodes, { name: "prod-sessions", kind: "sentinel", role: "session" });
  const findings = [
    finding({
      ruleId: "latency-monitor-off",
      category: "configuration",
      priority: "info",
      issue: "The latency monitor is off, so spikes leave no trace",
      action: "Set latency-monitor-threshold to 100.",
      target: "prod-sessions",
      nodes: addressesOf(nodes),
    }),
  ];
  return run(observation, findings, judgementsOf(observation, findings));
}

function badNight(): AnalysisRun {
  const down = "connection refused by 10.0.0.8:6379: nothing listens on this port";
  const nodes = [
    server("10.0.0.5:6379", {
      memory: { usedBytes: 3.97 * gibibyte, peakBytes: 3.99 * gibibyte, maxmemoryPolicy: "noeviction" },
      clients: { connected: 1_240, blocked: 3 },
      window: { counters: { keyspace_hits: 12_000, keyspace_misses: 9_000, total_commands_processed: 38_400 } },
    }),
    replica("10.0.0.6:6379", "10.0.0.5:6379", 1_000),
    replica("10.0.0.7:6379", "10.0.0.5:6379", null, { linkStatus: "down", linkDownSeconds: 754 }),
    unreachable("10.0.0.8:6379", down),
  ];
  const observation = observationOf(nodes, { name: "prod-cache", kind: "sentinel", role: "cache", protected: true });
  const findings = badNightFindings(down);
  return run(observation, findings, judgementsOf(observation, findings));
}

function badNightFindings(down: string): Finding[] {
  const target = "prod-cache";
  return [
    finding({
      ruleId: "eviction-disabled-full",
      category: "eviction",
      priority: "critical",
      issue: "Memory is nearly full and nothing may be evicted: writes will fail with OOM",
      action:
        "Raise maxmemory or move data away now; where every key may be lost (a cache), choose allkeys-lru or allkeys-lfu. Then CONFIG REWRITE so that a restart keeps it.",
      target,
      nodes: ["10.0.0.5:6379"],
      evidence: [
        fact("10.0.0.5:6379", "used_memory", 3.97 * gibibyte, "bytes"),
        fact("10.0.0.5:6379", "maxmemory", 4 * gibibyte, "bytes"),
        fact("10.0.0.5:6379", "utilization", 99.3, "percent"),
        fact("10.0.0.5:6379", "maxmemory-policy", "noeviction", "text"),
        fact("10.0.0.5:6379", "keys with a TTL", 95_000, "count"),
      ],
      commands: [{ kind: "server", node: "10.0.0.5:6379", argv: ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"] }],
    }),
    finding({
      ruleId: "node-unreachable",
      category: "availability",
      priority: "critical",
      issue: "Node cannot be reached",
      action: "Check that the server runs, and the host, port and bind setting: it may listen on another address.",
      target,
      nodes: ["10.0.0.8:6379"],
      evidence: [fact("10.0.0.8:6379", "connection", down, "text")],
    }),
    finding({
      ruleId: "replica-link-down",
      category: "replication",
      priority: "critical",
      issue: "The replica has lost its primary",
      action:
        "Check that the primary runs and that the replica reaches it (network, TLS, masteruser and masterauth); the replica's log names the error.",
      target,
      nodes: ["10.0.0.7:6379"],
      evidence: [
        fact("10.0.0.7:6379", "master_link_status", "down", "text"),
        fact("10.0.0.7:6379", "master_link_down_since_seconds", 754, "seconds"),
        fact("10.0.0.7:6379", "primary", "10.0.0.5:6379", "text"),
      ],
      commands: [{ kind: "server", node: "10.0.0.7:6379", argv: ["INFO", "replication"] }],
    }),
    finding({
      ruleId: "slow-commands",
      category: "latency",
      priority: "medium",
      issue: "Slow commands hold up every other client",
      action:
        "Replace the named commands by bounded ones (SCAN instead of KEYS, ranges instead of whole collections, UNLINK instead of DEL), or split the keys they read.",
      target,
      nodes: ["10.0.0.5:6379"],
      evidence: [
        fact("10.0.0.5:6379", "slow log entries", 17, "count"),
        fact("10.0.0.5:6379", "slowest KEYS", 1_840, "milliseconds"),
        fact("10.0.0.5:6379", "slowest HGETALL", 112, "milliseconds"),
        fact("10.0.0.5:6379", "slowest ZRANGE", 48.2, "milliseconds"),
        fact("10.0.0.5:6379", "slowest SUNIONSTORE", 44, "milliseconds"),
        fact("10.0.0.5:6379", "sample window", 3, "seconds"),
      ],
      commands: [{ kind: "server", node: "10.0.0.5:6379", argv: ["SLOWLOG", "GET", "10"] }],
    }),
    finding({
      ruleId: "blocked-clients",
      category: "clients",
      priority: "info",
      issue: "Clients wait in blocking commands",
      action: "Nothing, where BLPOP queues are expected.",
      target,
      nodes: ["10.0.0.5:6379"],
      evidence: [fact("10.0.0.5:6379", "blocked_clients", 3, "count")],
    }),
  ];
}

function largeCluster(): AnalysisRun {
  const nodes = Array.from({ length: 40 }, (_, index) => clusterNode(index));
  const full = nodes.filter((_, index) => index < 20 && index % 5 < 3);
  const observation = observationOf(nodes, { name: "prod-catalog", kind: "cluster", role: "cache" });
  const findings = [
    finding({
      ruleId: "memory-near-limit",
      category: "memory",
      priority: "high",
      issue: "High memory utilization",
      action:
        "Raise maxmemory if the host has room, give keys a TTL, or let an eviction policy (allkeys-lfu, allkeys-lru) keep it bounded.",
      target: "prod-catalog",
      nodes: addressesOf(full),
      evidence: full.flatMap(({ node, facts }) => {
        const used = facts.memory?.ok === true ? (facts.memory.value.usedBytes ?? 0) : 0;
        return [
          fact(node.address, "used_memory", used, "bytes"),
          fact(node.address, "maxmemory", 4 * gibibyte, "bytes"),
          fact(node.address, "utilization", Math.round((1_000 * used) / (4 * gibibyte)) / 10, "percent"),
          fact(node.address, "maxmemory-policy", "allkeys-lru", "text"),
        ];
      }),
      commands: full.map(({ node }) => ({
        kind: "server",
        node: node.address,
        argv: ["CONFIG", "SET", "maxmemory", "5637144576"],
      })),
    }),
  ];
  return run(observation, findings, judgementsOf(observation, findings));
}

function clusterNode(index: number): ObservedNode {
  const address = `10.1.${Math.floor(index / 20)}.${(index % 20) + 1}:6379`;
  const full = index % 5 < 3;
  if (index >= 20) return replica(address, `10.1.0.${index - 19}:6379`, 1_000);
  return server(address, { memory: { usedBytes: (full ? 3.62 + index / 100 : 1.4) * gibibyte } });
}

function memcachedPair(): AnalysisRun {
  const nodes = [
    memcachedNode({
      node: { address: "10.0.0.9:11211" },
      memcachedWindow: { counters: { evictions: 1_260, cmd_get: 3_000, cmd_set: 900 } },
      memcachedStats: { numbers: { bytes: 1_015 * mebibyte } },
    }),
    memcachedNode({
      node: { address: "10.0.0.10:11211", cliArguments: ["-h", "10.0.0.10", "-p", "11211"] },
      memcachedWindow: { counters: { cmd_get: 2_100, cmd_set: 300 } },
    }),
  ];
  const observation = observationOf(nodes, { name: "pages", kind: "memcached" });
  const findings = [
    finding({
      ruleId: "memcached-evicting",
      category: "eviction",
      priority: "medium",
      issue: "Items are being evicted before they expire",
      action: "Add memory (-m) or servers, or store less: shorter TTLs, compressed or smaller values.",
      target: "pages",
      nodes: ["10.0.0.9:11211"],
      evidence: [
        fact("10.0.0.9:11211", "evictions", 1_260, "count"),
        fact("10.0.0.9:11211", "evictions per second", 420, "per-second"),
        fact("10.0.0.9:11211", "sample window", 3, "seconds"),
      ],
      commands: [{ kind: "server", node: "10.0.0.9:11211", argv: ["cache_memlimit", "2048"] }],
    }),
    finding({
      ruleId: "memcached-full",
      category: "memory",
      priority: "info",
      issue: "The cache is full, which is normal for a cache",
      action: "Nothing by itself; look at evictions and the hit rate.",
      target: "pages",
      nodes: ["10.0.0.9:11211"],
    }),
  ];
  return run(observation, findings, judgementsOf(observation, findings));
}

/** A login that may PING and nothing else, judged without a second sample. */
function noPermission(): AnalysisRun {
  const denied = (command: string) =>
    missing("not-permitted", `this login may not: ${command}: NOPERM User monitor has no permissions`);
  const info = denied("INFO");
  const node = redisNode({
    node: { cliArguments: ["-h", "10.0.0.5", "-p", "6379", "--user", "monitor", "--askpass"] },
    ...{ server: info, loading: info, memory: info, clients: info, persistence: info, counters: info, window: info },
    ...{ replication: info, keyspace: info, commandStats: info, errorStats: info, latencyStats: info },
    ...{ config: denied("CONFIG GET"), slowlog: denied("SLOWLOG GET"), latency: denied("LATENCY LATEST") },
    ...{ clientList: denied("CLIENT LIST"), acl: denied("ACL LIST"), memoryStats: denied("MEMORY STATS") },
  });
  const observation: Observation = { ...observationOf([node], { name: "prod-queue" }), sampleSeconds: 0 };
  const judgements = judgementsOf(observation, []).map((judgement): Judgement => {
    if (judgement.ruleId === "node-unreachable") return judgement;
    const reason = /slow|config|limits/.test(judgement.ruleId) ? denied("CONFIG GET").reason : info.reason;
    return { ...judgement, outcome: "cannot-judge", reason };
  });
  return run(observation, [], judgements);
}

function run(observation: Observation, findings: Finding[], judgements: Judgement[]): AnalysisRun {
  const analysis: Analysis = { findings, judgements };
  return { observation, analysis, startedAt: "2026-11-20T12:00:00.000Z", durationMs: 3_412 };
}

function server(address: string, overrides: Overrides = {}): ObservedNode {
  return redisNode({ ...overrides, node: { address, cliArguments: cliArguments(address) } });
}

function replica(
  address: string,
  primaryAddress: string,
  replicaOffset: number | null,
  link: { linkStatus?: string; linkDownSeconds?: number } = {},
): ObservedNode {
  const replication = { role: "replica" as const, primaryAddress, replicaOffset, replicas: [], connectedReplicas: 0 };
  return redisNode({
    node: { address, role: "replica", cliArguments: cliArguments(address) },
    replication: { ...replication, linkStatus: "up", priority: 100, readOnly: true, ...link },
  });
}

function unreachable(address: string, message: string): ObservedNode {
  const failure = { cause: "refused", message, hint: "Check that the server runs." };
  const { node, facts } = redisNode({
    node: { address, role: "replica", cliArguments: cliArguments(address) },
    reachability: { reachable: false, failure, connectMs: null, pingMs: null },
  });
  const lost = Object.keys(facts).map((topic) => [topic, missing("unreachable", message)]);
  return { node, facts: Object.fromEntries([...lost, ["reachability", facts.reachability]]) as NodeFacts };
}

function replicaEntry(address: string, offset: number) {
  return { address, state: "online", offset, lagSeconds: 0 };
}

function cliArguments(address: string): string[] {
  const [host = "", port = ""] = address.split(":");
  return ["-h", host, "-p", port];
}

function fact(node: string, name: string, value: Evidence["value"], unit: Evidence["unit"]): Evidence {
  return { node, fact: name, value, unit };
}

function addressesOf(nodes: readonly ObservedNode[]): string[] {
  return nodes.map(({ node }) => node.address).sort();
}
