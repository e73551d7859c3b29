import { describe, expect, it } from "vitest";
import { missing } from "../../../src/model/fact.js";
import type { ObservedNode } from "../../../src/model/observation.js";
import type { NodeMetrics } from "../../../src/model/report.js";
import { memcachedNode, redisNode } from "../../support/facts.js";
import { reportOf, unreachableNode } from "./reports.js";

const gibibyte = 2 ** 30;

function metricsOf(...nodes: ObservedNode[]): NodeMetrics {
  const metrics = reportOf(nodes).targets[0]?.nodes.at(-1)?.metrics;
  if (metrics === undefined) throw new Error("no node");
  return metrics;
}

function totalsOf(...nodes: ObservedNode[]) {
  const { metrics } = reportOf(nodes);
  if (metrics === null) throw new Error("no metrics");
  return metrics;
}

describe("a Redis node's metrics", () => {
  it("are read from its facts, rates over the window", () => {
    expect(metricsOf(redisNode({ window: { counters: { evicted_keys: 6 } } }))).toMatchObject({
      usedBytes: gibibyte,
      maxmemoryBytes: 4 * gibibyte,
      utilizationPercent: 25,
      hitRate: 95,
      missRate: 5,
      evictionsPerSecond: 2,
      opsPerSecond: 2_000,
      cpuPercent: 13.3,
      connections: 50,
      keys: 100_000,
    });
  });

  it("are null where a topic is missing, never 0", () => {
    const gone = missing("not-permitted", "INFO is not permitted");
    const topics = { memory: gone, window: gone, counters: gone, clients: gone, keyspace: gone, server: gone };
    const { evictionPolicy, ...numbers } = metricsOf(redisNode({ ...topics, config: gone }));
    expect([...new Set(Object.values(numbers)), evictionPolicy]).toEqual([null, null]);
  });

  it("have no utilization without a limit", () => {
    expect(metricsOf(redisNode({ memory: { maxmemoryBytes: 0 } })).utilizationPercent).toBeNull();
  });

  it("have a hit rate but no rates per second when judged since start", () => {
    const metrics = metricsOf(redisNode({ window: { basis: "since-start", seconds: 1e6 } }));
    expect(metrics).toMatchObject({ hitRate: 95, evictionsPerSecond: null, opsPerSecond: null, cpuPercent: null });
  });

  it("take the server's own present rate where there is no second sample", () => {
    const node = redisNode({ window: { basis: "since-start" }, counters: { instantaneous_ops_per_sec: 17 } });
    expect(metricsOf(node).opsPerSecond).toBe(17);
  });

  it("take the process's CPU time where the main thread's is not told apart", () => {
    const window = { basis: "sample" as const, seconds: 2, commands: {}, errors: null };
    const { node, facts } = redisNode();
    const counters = { used_cpu_user: 0.6, used_cpu_sys: 0.2 };
    const old = { node, facts: { ...facts, window: { ok: true as const, value: { ...window, counters } } } };
    expect(metricsOf(old)).toMatchObject({ cpuPercent: 40, hitRate: null, evictionsPerSecond: null });
  });

  it("take maxclients from CONFIG where INFO has none", () => {
    expect(metricsOf(redisNode({ clients: { maxClients: null }, config: { maxclients: "4064" } })).maxClients).toBe(
      4_064,
    );
  });
});

describe("replicationLagBytes", () => {
  const primary = redisNode({
    replication: {
      offset: 1_000,
      replicas: [{ address: "10.0.0.6:6379", state: "online", offset: 900, lagSeconds: 0 }],
    },
  });
  const replica = (fields: object) =>
    redisNode({
      node: { address: "10.0.0.6:6379" },
      replication: {
        role: "replica",
        linkStatus: "up",
        primaryAddress: "10.0.0.5:6379",
        replicaOffset: 850,
        ...fields,
      },
    });

  it("is the primary's offset minus the one it has recorded of the replica", () => {
    expect(metricsOf(primary, replica({})).replicationLagBytes).toBe(100);
  });

  it("finds the primary behind a NAT by the replication id, and uses the replica's own offset", () => {
    const behind = redisNode({ replication: { offset: 1_000, replicas: [] } });
    expect(metricsOf(behind, replica({ primaryAddress: "172.17.0.2:6379" })).replicationLagBytes).toBe(150);
  });

  it("is never negative, though the two were asked at different times", () => {
    const behind = redisNode({ replication: { offset: 800, replicas: [] } });
    expect(metricsOf(behind, replica({})).replicationLagBytes).toBe(0);
  });

  it("is not known on a primary, without the primary, or with a broken link", () => {
    expect(metricsOf(primary).replicationLagBytes).toBeNull();
    expect(metricsOf(replica({})).replicationLagBytes).toBeNull();
    expect(metricsOf(primary, replica({ linkStatus: "down" })).replicationLagBytes).toBeNull();
  });
});

describe("a Memcached server's metrics", () => {
  it("are read from stats, operations as the sum of the counters that are there", () => {
    const counters = { cmd_get: 300, cmd_set: 60, cmd_touch: 30, delete_hits: 6, evictions: 3 };
    expect(metricsOf(memcachedNode({ memcachedWindow: { counters } }))).toMatchObject({
      usedBytes: 500_000_000,
      maxmemoryBytes: gibibyte,
      keys: 1_000_000,
      hitRate: 95,
      opsPerSecond: 132,
      evictionsPerSecond: 1,
      blockedConnections: null,
      peakBytes: null,
    });
  });

  it("have no operations where the counters are missing", () => {
    expect(metricsOf(memcachedNode()).opsPerSecond).toBeNull();
  });
});

describe("the metrics over all targets", () => {
  const replica = (fields = {}) =>
    redisNode({ node: { address: "10.0.0.6:6379" }, replication: { role: "replica" }, ...fields });

  it("sum memory over primaries only, connections and lookups over replicas too", () => {
    const window = { counters: { keyspace_hits: 0, keyspace_misses: 3_000 } };
    expect(totalsOf(redisNode(), replica({ window }))).toMatchObject({
      memoryUsage: { used: "1GB", peak: "1.1GB", maxmemory: "4GB", utilizationPercent: 25 },
      connections: { current: 100, blocked: 0, maxClients: 20_000 },
      hitRate: 47.5,
      missRate: 52.5,
      evictionRate: 0,
      unknown: {},
    });
  });

  it("are null with the reason when one node's share is not known", () => {
    const { memoryUsage, connections, hitRate, unknown } = totalsOf(redisNode(), unreachableNode("10.0.0.6:6379"));
    // The node that is down is a replica: its memory was not going to count.
    expect([memoryUsage.used, connections.current, hitRate]).toEqual(["1GB", null, null]);
    expect(unknown["connections.current"]).toBe("not reachable (10.0.0.6:6379)");
    expect(unknown).not.toHaveProperty("memoryUsage.used");
  });

  it("are null in memory too when the node that is down may be a primary", () => {
    const { node, facts } = unreachableNode("10.0.0.6:6379");
    const lost = { facts, node: { ...node, role: "unknown" as const } };
    expect(totalsOf(redisNode(), lost).memoryUsage).toEqual({
      used: null,
      peak: null,
      maxmemory: null,
      utilizationPercent: null,
    });
  });

  it("have no limit when one server has none, and say which", () => {
    const unlimited = redisNode({ node: { address: "10.0.0.7:6379" }, memory: { maxmemoryBytes: 0 } });
    const { memoryUsage, unknown } = totalsOf(redisNode(), unlimited);
    expect(memoryUsage).toMatchObject({ used: "2GB", maxmemory: null, utilizationPercent: null });
    expect(unknown["memoryUsage.maxmemory"]).toBe("no maxmemory is set on 10.0.0.7:6379");
  });

  it("give a reason for everything they do not know", () => {
    const gone = missing("not-permitted", "INFO is not permitted");
    const { unknown } = totalsOf(redisNode({ memory: gone, window: gone, clients: gone, config: gone }));
    expect(Object.keys(unknown).sort()).toEqual(
      [
        ...["connections.blocked", "connections.current", "connections.maxClients", "evictionRate", "hitRate"],
        ...["memoryUsage.maxmemory", "memoryUsage.peak", "memoryUsage.used", "memoryUsage.utilizationPercent"],
        "missRate",
      ].sort(),
    );
    expect(unknown["hitRate"]).toBe("INFO is not permitted (10.0.0.5:6379)");
  });

  it("have no hit rate without lookups and no eviction rate without two samples", () => {
    const idle = totalsOf(redisNode({ window: { counters: { keyspace_hits: 0, keyspace_misses: 0 } } }));
    expect([idle.hitRate, idle.unknown["hitRate"]]).toEqual([null, "there were no lookups in the window"]);
    const since = totalsOf(redisNode({ window: { basis: "since-start" } }));
    expect([since.evictionRate, since.unknown["evictionRate"]]).toEqual([null, expect.stringContaining("--sample 5s")]);
  });

  it("of Memcached have neither a peak nor blocked clients, and say so", () => {
    const { memoryUsage, connections, unknown } = totalsOf(memcachedNode());
    expect([memoryUsage.used, memoryUsage.peak, connections.blocked]).toEqual(["476.8MB", null, null]);
    expect(unknown["memoryUsage.peak"]).toContain("Memcached");
    expect(unknown["connections.blocked"]).toContain("Memcached");
  });

  it("leave sentinels out", () => {
    const sentinel = redisNode({ node: { address: "10.0.0.5:26379", family: "sentinel", role: "sentinel" } });
    expect(totalsOf(redisNode(), sentinel)).toMatchObject({
      memoryUsage: { used: "1GB" },
      connections: { current: 50 },
    });
    expect(totalsOf(sentinel).unknown["hitRate"]).toBe("no node holds data");
  });
});
