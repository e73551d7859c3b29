import { known, type Fact } from "../../src/model/fact.js";
import type { Facts, Topic } from "../../src/model/facts.js";
import type { NodeIdentity, TargetIdentity } from "../../src/model/node.js";
import type { Observation, ObservedNode } from "../../src/model/observation.js";

/**
 * What differs from a healthy node: for a topic either the fields that differ (merged over the healthy ones; records such as
 * `config` and `window.counters` too) or a missing fact from `missing(...)`.
 */
export type Overrides = { [K in Topic]?: Partial<Facts[K]> | Extract<Fact<Facts[K]>, { ok: false }> } & {
  node?: Partial<NodeIdentity>;
};

const gibibyte = 2 ** 30;

const healthyRedisFacts: Omit<
  Facts,
  | "sentinel"
  | "sentinelViews"
  | "memcachedStats"
  | "memcachedSettings"
  | "memcachedItems"
  | "memcachedSlabs"
  | "memcachedWindow"
> = {
  reachability: { reachable: true, failure: null, connectMs: 1, pingMs: 0.2, pingError: null },
  server: {
    product: "valkey",
    version: "9.1.2",
    mode: "standalone",
    runId: "7c64745780d15748eb12ddf7ed6e25a1c548a75c",
    os: "Linux 6.18 x86_64",
    tcpPort: 6379,
    uptimeSeconds: 864_000,
    configuredHz: 10,
    executable: "/usr/bin/valkey-server",
    configFile: "/etc/valkey/valkey.conf",
  },
  loading: { loading: false, asyncLoading: false, etaSeconds: null, loadedPercent: null },
  memory: {
    usedBytes: gibibyte,
    rssBytes: 1.05 * gibibyte,
    peakBytes: 1.1 * gibibyte,
    startupBytes: 2_000_000,
    overheadBytes: 50_000_000,
    datasetBytes: 0.95 * gibibyte,
    totalSystemBytes: 16 * gibibyte,
    maxmemoryBytes: 4 * gibibyte,
    maxmemoryPolicy: "allkeys-lru",
    fragmentationRatio: 1.05,
    fragmentationBytes: 0.05 * gibibyte,
    allocatorFragRatio: 1.02,
    allocatorFragBytes: 1_000_000,
    allocatorRssRatio: 1.01,
    allocatorRssBytes: 1_000_000,
    rssOverheadRatio: 1.0,
    rssOverheadBytes: 0,
    notCountedForEvictBytes: 0,
    clientsNormalBytes: 500_000,
    clientsReplicasBytes: 0,
    replicationBacklogBytes: 0,
    totalReplicationBuffersBytes: 0,
    cachedScriptCount: 3,
    scriptsBytes: 1_000,
    allocator: "jemalloc-5.3.1",
    activeDefragRunning: false,
  },
  clients: { connected: 50, blocked: 0, maxClients: 10_000, clusterConnections: 0, trackingClients: 0 },
  persistence: {
    rdbLastBgsaveStatus: "ok",
    rdbLastSaveTime: 1_795_200_000,
    rdbChangesSinceLastSave: 10,
    rdbBgsaveInProgress: false,
    rdbLastCowBytes: 1_000_000,
    aofEnabled: false,
    aofLastWriteStatus: "ok",
    aofLastBgrewriteStatus: "ok",
    aofRewriteInProgress: false,
    aofLastCowBytes: 0,
    aofPendingBioFsync: null,
    aofDelayedFsync: null,
  },
  counters: { latest_fork_usec: 1_000 },
  window: {
    basis: "sample",
    seconds: 3,
    counters: {
      keyspace_hits: 2_850,
      keyspace_misses: 150,
      evicted_keys: 0,
      evicted_clients: 0,
      expired_time_cap_reached_count: 0,
      rejected_connections: 0,
      total_connections_received: 3,
      client_output_buffer_limit_disconnections: 0,
      client_query_buffer_limit_disconnections: 0,
      total_commands_processed: 6_000,
      sync_full: 0,
      sync_partial_err: 0,
      aof_delayed_fsync: 0,
      acl_access_denied_auth: 0,
      used_cpu_user_main_thread: 0.3,
      used_cpu_sys_main_thread: 0.1,
      total_cluster_links_buffer_limit_exceeded: 0,
    },
    commands: { get: { calls: 3_000, usec: 6_000 }, set: { calls: 3_000, usec: 9_000 } },
    errors: {},
  },
  replication: {
    role: "primary",
    connectedReplicas: 1,
    replicas: [{ address: "10.0.0.6:6379", state: "online", offset: 1_000, lagSeconds: 0 }],
    offset: 1_000,
    replId: "a".repeat(40),
    minReplicasGood: null,
    backlogActive: true,
    backlogBytes: 10_485_760,
    primaryAddress: null,
    linkStatus: null,
    linkDownSeconds: null,
    lastIoSecondsAgo: null,
    syncInProgress: null,
    replicaOffset: null,
    priority: null,
    readOnly: null,
  },
  keyspace: {
    databases: { "0": { keys: 100_000, expires: 95_000, avgTtlMs: 600_000 } },
    keys: 100_000,
    expires: 95_000,
  },
  commandStats: { get: { calls: 1_000_000, usec: 2_000_000, usecPerCall: 2, rejectedCalls: 0, failedCalls: 0 } },
  errorStats: {},
  latencyStats: { get: { p50: 1, p99: 3, "p99.9": 10 } },
  config: {
    maxmemory: String(4 * gibibyte),
    "maxmemory-policy": "allkeys-lru",
    maxclients: "10000",
    save: "3600 1 300 100",
    appendonly: "no",
    appendfsync: "everysec",
    "no-appendfsync-on-rewrite": "no",
    "stop-writes-on-bgsave-error": "yes",
    "slowlog-log-slower-than": "10000",
    "slowlog-max-len": "128",
    "latency-monitor-threshold": "100",
    "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
    "repl-backlog-size": "10485760",
    "min-replicas-to-write": "0",
    "min-replicas-max-lag": "10",
    "protected-mode": "yes",
    bind: "127.0.0.1 -::1",
    "tls-port": "0",
    port: "6379",
    requirepass: "[set]",
    "enable-debug-command": "no",
    "enable-module-command": "no",
    "enable-protected-configs": "no",
    "maxmemory-clients": "0",
    activedefrag: "no",
    hz: "10",
    "active-expire-effort": "1",
    "lazyfree-lazy-eviction": "no",
  },
  slowlog: { basis: "sample", entries: [], newCount: 0, seconds: 3 },
  latency: {},
  clientList: {
    total: 50,
    byType: { normal: 49, replica: 1 },
    largestOutputBytes: 0,
    largestOutputClient: null,
    totalOutputBytes: 0,
    idleOverHour: 0,
    libraries: {},
    monitors: 0,
  },
  acl: {
    whoami: "default",
    users: [{ name: "default", enabled: true, nopass: false, allKeys: true, allCommands: true }],
  },
  memoryStats: { "peak.allocated": 1.1 * gibibyte, "total.allocated": gibibyte },
  clusterInfo: {
    state: "ok",
    slotsAssigned: 16_384,
    slotsOk: 16_384,
    slotsPfail: 0,
    slotsFail: 0,
    knownNodes: 6,
    size: 3,
    currentEpoch: 6,
    myEpoch: 1,
  },
  clusterView: { myId: "0".repeat(40), nodes: [] },
  slotMigrations: [],
  modules: [],
};

const healthyMemcachedFacts: Pick<
  Facts,
  "reachability" | "memcachedStats" | "memcachedSettings" | "memcachedItems" | "memcachedSlabs" | "memcachedWindow"
> = {
  reachability: healthyRedisFacts.reachability,
  memcachedStats: {
    version: "1.6.45",
    uptimeSeconds: 864_000,
    pointerSize: 64,
    numbers: {
      curr_connections: 50,
      max_connections: 1_024,
      rejected_connections: 0,
      accepting_conns: 1,
      listen_disabled_num: 0,
      bytes: 500_000_000,
      limit_maxbytes: gibibyte,
      curr_items: 1_000_000,
      total_items: 5_000_000,
      evictions: 0,
      evicted_unfetched: 0,
      get_hits: 9_500_000,
      get_misses: 500_000,
      conn_yields: 0,
      store_too_large: 0,
      cmd_flush: 0,
    },
  },
  memcachedSettings: {
    maxbytes: String(gibibyte),
    maxconns: "1024",
    inter: "127.0.0.1",
    udpport: "0",
    evictions: "on",
    lru_maintainer_thread: "yes",
    lru_crawler: "yes",
    auth_enabled_sasl: "no",
    auth_enabled_ascii: "no",
    ssl_enabled: "no",
    item_size_max: "1048576",
  },
  memcachedItems: { "5": { number: 1_000_000, age: 80_000, evicted: 0, evicted_time: 0, outofmemory: 0 } },
  memcachedSlabs: {
    classes: { "5": { chunk_size: 240, total_chunks: 2_300_000, used_chunks: 2_200_000, mem_requested: 500_000_000 } },
    activeSlabs: 1,
    totalMallocedBytes: 552_000_000,
  },
  memcachedWindow: {
    basis: "sample",
    seconds: 3,
    counters: {
      get_hits: 2_850,
      get_misses: 150,
      evictions: 0,
      evicted_unfetched: 0,
      rejected_connections: 0,
      listen_disabled_num: 0,
      conn_yields: 0,
      store_too_large: 0,
      cmd_flush: 0,
    },
    items: { "5": { evicted: 0, outofmemory: 0 } },
  },
};

/** A Valkey 9.1 primary with one replica, a quarter full, in use and well configured, with `overrides` applied. */
export function redisNode(overrides: Overrides = {}): ObservedNode {
  return observedNode("redis", "primary", "10.0.0.5:6379", healthyRedisFacts, overrides);
}

/** The node with other facts: each topic of `overrides` as {@link redisNode} gives it. */
export function withFacts({ node, facts }: ObservedNode, overrides: Omit<Overrides, "node">): ObservedNode {
  const changed = Object.entries(redisNode(overrides).facts).filter(([topic]) => topic in overrides);
  return { node, facts: { ...facts, ...Object.fromEntries(changed) } };
}

/** A half-full Memcached 1.6.45 in use, with `overrides` applied. */
export function memcachedNode(overrides: Overrides = {}): ObservedNode {
  return observedNode("memcached", "server", "10.0.0.9:11211", healthyMemcachedFacts, overrides);
}

/** One target with these nodes, observed at 2026-11-20T12:00:00Z with two samples. */
export function observationOf(nodes: ObservedNode[], target: Partial<TargetIdentity> = {}): Observation {
  return {
    schemaVersion: 1,
    tool: { name: "cachectl", version: "0.0.0" },
    observedAt: "2026-11-20T12:00:00.000Z",
    sampleSeconds: 3,
    targets: [
      {
        target: {
          name: "test",
          kind: "standalone",
          role: null,
          labels: {},
          protected: false,
          thresholds: {},
          ignore: [],
          ...target,
        },
        nodes,
        discoveryGaps: [],
      },
    ],
  };
}

function observedNode(
  family: NodeIdentity["family"],
  role: NodeIdentity["role"],
  address: string,
  healthy: Partial<Facts>,
  { node, ...overrides }: Overrides,
): ObservedNode {
  const facts: Record<string, unknown> = {};
  for (const [topic, value] of Object.entries(healthy)) facts[topic] = known(value);
  for (const [topic, override] of Object.entries(overrides)) {
    facts[topic] = isMissing(override) ? override : known(merge((healthy as Record<string, unknown>)[topic], override));
  }
  const [host, port] = address.split(":") as [string, string];
  const identity = { address, family, role, cliArguments: ["-h", host, "-p", port], ...node };
  return { node: identity, facts: facts };
}

function isMissing(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ok" in value && value.ok === false;
}

/** Objects merge by key, to any depth; everything else replaces. */
function merge(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = merge(base[key], value);
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
