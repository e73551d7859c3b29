import { missing, type Missing } from "./fact.js";
import type { Product } from "./facts.js";
import type { NodeRole } from "./node.js";
import type { ObservedNode } from "./observation.js";
import {
  memcachedEvictionSettings,
  policySetting,
  redisEvictionSettings,
  type EvictionSettings,
} from "./eviction-settings.js";

/** What of a node matters to eviction. null: not known. */
export interface EvictionNode {
  address: string;
  role: NodeRole;
  product: Product | "memcached" | null;
  version: string | null;
  /** What is known of them: only the policy and maxmemory, from INFO, where CONFIG is refused. */
  settings: EvictionSettings;
  /** Why settings may be missing; null when they were asked for and answered. */
  settingsUnknown: Missing | null;
  /** Why it did not answer at all; null when it did. */
  unreachable: string | null;
  usedBytes: number | null;
  /** What is held against maxmemory: used_memory − mem_not_counted_for_evict (replica and AOF buffers). */
  countedBytes: number | null;
  keys: number | null;
  expires: number | null;
  evictionsPerSecond: number | null;
  /** Percent of lookups in the window. */
  hitRate: number | null;
  /** OOM replies per second in the window; null before 6.2. Memcached: `outofmemory` of all classes. */
  refusedWritesPerSecond: number | null;
  /** A replica with `replica-ignore-maxmemory yes` leaves eviction to its primary. */
  ignoresMaxmemory: boolean | null;
  /** Empty: no configuration file, so that nothing can be written to it. */
  configFile: string | null;
  /** Of `stats settings`, for what only a start option changes; empty for Redis. */
  stats: Readonly<Record<string, string>>;
}

/** Reads the facts of one data node. Pure. */
export function evictionNode(observed: ObservedNode): EvictionNode {
  return observed.node.family === "memcached" ? memcachedNode(observed) : redisNode(observed);
}

function redisNode({ node, facts }: ObservedNode): EvictionNode {
  const { config, memory, keyspace, server } = facts;
  const seen = memory?.ok === true ? memory.value : null;
  const fromInfo = {
    ...(seen?.maxmemoryPolicy == null ? {} : { [policySetting]: seen.maxmemoryPolicy }),
    ...(seen?.maxmemoryBytes == null ? {} : { maxmemory: String(seen.maxmemoryBytes) }),
  };
  const settings = config?.ok === true ? redisEvictionSettings(config.value) : fromInfo;
  return {
    ...{ address: node.address, role: node.role, unreachable: failureOf(facts) },
    product: server?.ok === true ? server.value.product : null,
    version: server?.ok === true ? server.value.version : null,
    settings,
    settingsUnknown: config?.ok === true ? null : (config ?? missing("failed", "CONFIG GET was not asked")),
    usedBytes: seen?.usedBytes ?? null,
    // Before 4.0 INFO did not say what is not counted.
    countedBytes: seen?.usedBytes == null ? null : seen.usedBytes - (seen.notCountedForEvictBytes ?? 0),
    keys: keyspace?.ok === true ? keyspace.value.keys : null,
    expires: keyspace?.ok === true ? keyspace.value.expires : null,
    ...redisRates(facts),
    ignoresMaxmemory: node.role !== "replica" ? false : ignores(config?.ok === true ? config.value : {}),
    configFile: server?.ok === true ? server.value.configFile : null,
    stats: {},
  };
}

function ignores(config: Readonly<Record<string, string>>): boolean | null {
  const value = config["replica-ignore-maxmemory"] ?? config["slave-ignore-maxmemory"];
  return value === undefined ? null : value === "yes";
}

type Rates = Pick<EvictionNode, "evictionsPerSecond" | "hitRate" | "refusedWritesPerSecond">;

function redisRates({ window }: ObservedNode["facts"]): Rates {
  if (window?.ok !== true || window.value.basis !== "sample" || window.value.seconds <= 0) return noRates;
  const { counters, errors, seconds } = window.value;
  return {
    evictionsPerSecond: perSecond(counters["evicted_keys"], seconds),
    hitRate: share(counters["keyspace_hits"], counters["keyspace_misses"]),
    refusedWritesPerSecond: errors === null ? null : (errors["OOM"] ?? 0) / seconds,
  };
}

const noRates: Rates = { evictionsPerSecond: null, hitRate: null, refusedWritesPerSecond: null };

function memcachedNode({ node, facts }: ObservedNode): EvictionNode {
  const { memcachedSettings, memcachedStats } = facts;
  const stats = memcachedSettings?.ok === true ? memcachedSettings.value : {};
  const numbers = memcachedStats?.ok === true ? memcachedStats.value.numbers : {};
  return {
    ...{ address: node.address, role: node.role, product: "memcached", unreachable: failureOf(facts) },
    version: memcachedStats?.ok === true ? memcachedStats.value.version : null,
    settings: memcachedEvictionSettings(stats),
    settingsUnknown:
      memcachedSettings?.ok === true ? null : (memcachedSettings ?? missing("failed", "stats settings was not asked")),
    usedBytes: numbers["bytes"] ?? null,
    countedBytes: numbers["bytes"] ?? null,
    keys: numbers["curr_items"] ?? null,
    expires: null,
    ...memcachedRates(facts),
    ...{ ignoresMaxmemory: false, configFile: null, stats },
  };
}

function memcachedRates({ memcachedWindow }: ObservedNode["facts"]): Rates {
  if (memcachedWindow?.ok !== true || memcachedWindow.value.basis !== "sample") return noRates;
  const { counters, items, seconds } = memcachedWindow.value;
  if (seconds <= 0) return noRates;
  const outOfMemory = Object.values(items).reduce((sum, numbers) => sum + (numbers["outofmemory"] ?? 0), 0);
  return {
    evictionsPerSecond: perSecond(counters["evictions"], seconds),
    hitRate: share(counters["get_hits"], counters["get_misses"]),
    refusedWritesPerSecond: outOfMemory / seconds,
  };
}

function perSecond(count: number | undefined, seconds: number): number | null {
  return count === undefined ? null : count / seconds;
}

/** Nobody asked for a key: there is no share, and not 0 percent. */
function share(hits: number | undefined, misses: number | undefined): number | null {
  if (hits === undefined || misses === undefined || hits + misses === 0) return null;
  return (100 * hits) / (hits + misses);
}

function failureOf({ reachability }: ObservedNode["facts"]): string | null {
  if (reachability?.ok !== true) return reachability?.reason ?? "it was not asked";
  return reachability.value.reachable ? null : (reachability.value.failure?.message ?? "no reason known");
}
