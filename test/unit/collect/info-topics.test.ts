import { describe, expect, it } from "vitest";
import { infoFacts, infoTopics, type InfoTopic } from "../../../src/collect/info-topics.js";
import { known, missing } from "../../../src/model/fact.js";
import { parseInfo } from "../../../src/protocol/info.js";
import { redis60, redis70, redis80, valkey91 } from "./info-excerpts.js";

/** A topic's value; a missing one is an error that says why. */
function topic<K extends InfoTopic>(text: string, name: K) {
  const fact = infoFacts(known(parseInfo(text)))[name];
  if (!fact.ok) throw new Error(fact.reason);
  return fact.value;
}

describe("the server topic", () => {
  it("reads Redis 6.0, started without a configuration file", () => {
    expect(topic(redis60, "server")).toEqual({
      product: "redis",
      version: "6.0.16",
      mode: "standalone",
      runId: "5232539417080368ac3ebadb04d35eeb8bdc93b4",
      os: "Linux 6.1 x86_64",
      tcpPort: 6379,
      uptimeSeconds: 120,
      configuredHz: 10,
      executable: "/usr/bin/redis-server",
      configFile: "",
    });
  });

  it("knows the mode and what a server does not report", () => {
    expect(topic(redis70, "server")).toMatchObject({ mode: "cluster", configFile: null, tcpPort: null });
  });

  it("gives Valkey its own version, not that of the Redis it resembles", () => {
    expect(topic(valkey91, "server")).toMatchObject({ product: "valkey", version: "9.1.2", mode: "cluster" });
  });
});

describe("the other topics", () => {
  it("reads whether a server loads, how far it is, and since when it can say", () => {
    expect(topic(redis70, "loading")).toEqual({
      loading: true,
      asyncLoading: false,
      etaSeconds: 12,
      loadedPercent: 41.5,
    });
    expect(topic(redis60, "loading")).toEqual({
      loading: false,
      asyncLoading: false,
      etaSeconds: null,
      loadedPercent: null,
    });
  });

  it("reads memory, null where a version does not report a field", () => {
    expect(topic(redis60, "memory")).toMatchObject({
      usedBytes: 874_000,
      maxmemoryBytes: 0,
      maxmemoryPolicy: "noeviction",
      fragmentationRatio: 7.2,
      activeDefragRunning: false,
      allocator: "jemalloc-5.2.1",
      totalReplicationBuffersBytes: null,
    });
  });

  it("reads clients, whose limit INFO shows from 7.0 on", () => {
    expect(topic(redis60, "clients")).toMatchObject({ connected: 3, blocked: 1, maxClients: null });
    expect(topic(redis70, "clients")).toMatchObject({ maxClients: 10_000, clusterConnections: 10, blocked: null });
  });

  it("reads persistence, null where the AOF is off", () => {
    expect(topic(redis60, "persistence")).toMatchObject({
      rdbLastBgsaveStatus: "ok",
      rdbLastSaveTime: 1_795_204_356,
      rdbBgsaveInProgress: false,
      aofEnabled: false,
      aofDelayedFsync: null,
    });
  });

  it("collects every numeric counter by its own name", () => {
    expect(topic(redis60, "counters")).toMatchObject({ total_commands_processed: 12, used_cpu_sys: 0.1, loading: 0 });
    expect(topic(redis60, "counters")).not.toHaveProperty("rdb_last_bgsave_status");
    expect(topic(valkey91, "counters")).toHaveProperty("total_cluster_links_buffer_limit_exceeded", 2);
  });

  it("reads the databases of every line and their sum", () => {
    expect(topic(redis80, "keyspace")).toEqual({
      databases: { "0": { keys: 1, expires: 1, avgTtlMs: 999_988 }, "10": { keys: 4, expires: 0, avgTtlMs: 0 } },
      keys: 5,
      expires: 1,
    });
    expect(topic(valkey91, "keyspace")).toMatchObject({ keys: 1 });
    expect(topic(redis70, "keyspace")).toEqual({ databases: {}, keys: 0, expires: 0 });
  });

  it("reads command statistics, with refusals only where a version counts them", () => {
    expect(topic(redis60, "commandStats")["get"]).toEqual({
      calls: 1,
      usec: 5,
      usecPerCall: 5,
      rejectedCalls: null,
      failedCalls: null,
    });
    expect(topic(redis70, "commandStats")["config|set"]).toMatchObject({ rejectedCalls: 3, failedCalls: 0 });
  });

  it("reads errors and percentiles", () => {
    expect(topic(redis70, "errorStats")).toEqual({ ERR: 1, OOM: 3 });
    expect(topic(redis70, "latencyStats")).toEqual({
      "config|set": { p50: 24.063, p99: 24.063, "p99.9": 24.063 },
    });
  });
});

describe("what INFO does not show", () => {
  it("is not supported, never empty or 0", () => {
    const facts = infoFacts(known(parseInfo(redis60)));
    expect([facts.errorStats, facts.latencyStats]).toEqual([
      missing("not-supported", "INFO of this server has no errorStats section"),
      missing("not-supported", "INFO of this server has no latencyStats section"),
    ]);
  });

  it("is every topic where nothing is shown", () => {
    const facts = infoFacts(known(parseInfo("")));
    for (const name of infoTopics) expect(facts[name]).toMatchObject({ ok: false, cause: "not-supported" });
  });

  it("keeps the reason why INFO itself was refused", () => {
    const refused = missing("not-permitted", "this login may not: INFO");
    for (const fact of Object.values(infoFacts(refused))) expect(fact).toBe(refused);
  });
});
