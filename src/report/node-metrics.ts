import { known, missing, type Fact } from "../model/fact.js";
import type { Num } from "../model/facts.js";
import type { NodeFacts, ObservedNode, ObservedTarget } from "../model/observation.js";
import type { NodeMetrics } from "../model/report.js";
import { roundTo } from "./format-value.js";
import { replicationLagBytes } from "./replication-lag.js";
import { sampledRate } from "./sampled-rate.js";

/** What the report says of one node in numbers. A topic or field that is not known gives null, never 0. */
export function nodeMetrics(observed: ObservedNode, target: ObservedTarget): NodeMetrics {
  const { facts } = observed;
  const seen = lookups(observed);
  const hitRate = seen.ok ? hitRatePercent(seen.value) : null;
  const rates = {
    hitRate,
    missRate: hitRate === null ? null : roundTo(100 - hitRate, 2),
    evictionsPerSecond: orNull(evictionsPerSecond(observed)),
  };
  if (observed.node.family === "memcached") return { ...memcachedMetrics(facts), ...rates };
  return { ...redisMetrics(facts), ...rates, replicationLagBytes: replicationLagBytes(observed, target) };
}

export interface Lookups {
  hits: number;
  misses: number;
}

/** Hits and misses in the window, or why they are not known. */
export function lookups({ node, facts }: ObservedNode): Fact<Lookups> {
  const memcached = node.family === "memcached";
  const window = memcached ? facts.memcachedWindow : facts.window;
  if (window === undefined) return missing("failed", "the counters were not collected");
  if (!window.ok) return window;
  const { counters } = window.value;
  const hits = counters[memcached ? "get_hits" : "keyspace_hits"];
  const misses = counters[memcached ? "get_misses" : "keyspace_misses"];
  if (hits === undefined || misses === undefined) return missing("failed", "hits and misses are not reported");
  return known({ hits, misses });
}

/** Percent with two decimals; null without any lookup. */
export function hitRatePercent({ hits, misses }: Lookups): number | null {
  return hits + misses > 0 ? roundTo((100 * hits) / (hits + misses), 2) : null;
}

/** Over the sample window; an average since start is history and not a rate. */
export function evictionsPerSecond({ node, facts }: ObservedNode): Fact<number> {
  const memcached = node.family === "memcached";
  return sampledRate(memcached ? facts.memcachedWindow : facts.window, [memcached ? "evictions" : "evicted_keys"]);
}

function redisMetrics(facts: NodeFacts): Omit<NodeMetrics, "hitRate" | "missRate" | "evictionsPerSecond"> {
  const memory = orNull(facts.memory);
  const clients = orNull(facts.clients);
  const keyspace = orNull(facts.keyspace);
  const usedBytes = memory?.usedBytes ?? null;
  const maxmemoryBytes = memory?.maxmemoryBytes ?? null;
  return {
    uptimeSeconds: orNull(facts.server)?.uptimeSeconds ?? null,
    usedBytes,
    peakBytes: memory?.peakBytes ?? null,
    maxmemoryBytes,
    utilizationPercent: utilizationPercent(usedBytes, maxmemoryBytes),
    fragmentationRatio: memory?.fragmentationRatio ?? null,
    evictionPolicy: memory?.maxmemoryPolicy ?? null,
    opsPerSecond: redisOpsPerSecond(facts),
    connections: clients?.connected ?? null,
    blockedConnections: clients?.blocked ?? null,
    // Before 7.0 INFO has no maxclients, and CONFIG shows the value after the file limit capped it.
    maxClients: clients?.maxClients ?? numberOrNull(orNull(facts.config)?.maxclients),
    keys: keyspace?.keys ?? null,
    keysWithTtl: keyspace?.expires ?? null,
    replicationLagBytes: null,
    cpuPercent: redisCpuPercent(facts),
  };
}

function memcachedMetrics(facts: NodeFacts): Omit<NodeMetrics, "hitRate" | "missRate" | "evictionsPerSecond"> {
  const stats = orNull(facts.memcachedStats);
  const number = (name: string): Num => stats?.numbers[name] ?? null;
  return {
    uptimeSeconds: stats?.uptimeSeconds ?? null,
    usedBytes: number("bytes"),
    peakBytes: null,
    maxmemoryBytes: number("limit_maxbytes"),
    utilizationPercent: utilizationPercent(number("bytes"), number("limit_maxbytes")),
    fragmentationRatio: null,
    evictionPolicy: null,
    opsPerSecond: memcachedOpsPerSecond(facts),
    connections: number("curr_connections"),
    blockedConnections: null,
    maxClients: number("max_connections"),
    keys: number("curr_items"),
    keysWithTtl: null,
    replicationLagBytes: null,
    cpuPercent: asPercent(sampledRate(facts.memcachedWindow, ["rusage_user", "rusage_system"])),
  };
}

/** null without a limit: there is nothing to be a share of. */
export function utilizationPercent(usedBytes: Num, maxmemoryBytes: Num): number | null {
  if (usedBytes === null || maxmemoryBytes === null || maxmemoryBytes === 0) return null;
  return roundTo((100 * usedBytes) / maxmemoryBytes, 1);
}

function redisOpsPerSecond(facts: NodeFacts): number | null {
  const sampled = orNull(sampledRate(facts.window, ["total_commands_processed"]));
  // The server's own average over its last 1.6 seconds: a present rate that needs no second sample.
  return sampled ?? orNull(facts.counters)?.instantaneous_ops_per_sec ?? null;
}

/** Requests by the counters of `stats`; a version that lacks the rarer ones is summed without them. */
function memcachedOpsPerSecond(facts: NodeFacts): number | null {
  const required = ["cmd_get", "cmd_set"];
  const rarer = [
    "cmd_touch",
    "cmd_flush",
    ...["delete", "incr", "decr"].flatMap((of) => [`${of}_hits`, `${of}_misses`]),
  ];
  const counters = orNull(facts.memcachedWindow)?.counters ?? {};
  return orNull(sampledRate(facts.memcachedWindow, [...required, ...rarer.filter((name) => name in counters)]));
}

/** Of one core. The main thread's share where the server tells it apart (6.2+): it is the one that saturates. */
function redisCpuPercent(facts: NodeFacts): number | null {
  const main = sampledRate(facts.window, ["used_cpu_user_main_thread", "used_cpu_sys_main_thread"]);
  return asPercent(main.ok ? main : sampledRate(facts.window, ["used_cpu_user", "used_cpu_sys"]));
}

function asPercent(rate: Fact<number>): number | null {
  return rate.ok ? roundTo(100 * rate.value, 1) : null;
}

function orNull<T>(fact: Fact<T> | undefined): T | null {
  return fact?.ok === true ? fact.value : null;
}

function numberOrNull(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
