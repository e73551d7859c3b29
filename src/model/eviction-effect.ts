import type { EvictionNode } from "./eviction-node.js";
import { policySetting, type EvictionSettings } from "./eviction-settings.js";

/** Whether eviction can happen at all with these settings. null: not known. */
export interface EvictionEffect {
  takesEffect: boolean | null;
  /** A clause for a table's cell; what holds it back, or what is not known. */
  why: string;
}

/** Judges a Redis or Valkey node's settings, its own or those that are planned for it. */
export function redisEffect(node: EvictionNode, settings: EvictionSettings = node.settings): EvictionEffect {
  const policy = settings[policySetting];
  const maxmemory = settings["maxmemory"];
  if (policy === undefined || maxmemory === undefined) return { takesEffect: null, why: "policy or maxmemory unknown" };
  if (maxmemory === "0") return { takesEffect: false, why: "maxmemory is 0: no limit" };
  if (policy === "noeviction") return { takesEffect: false, why: "refuses writes when full" };
  if (policy.startsWith("volatile-")) {
    if (node.expires === null) return { takesEffect: null, why: "how many keys have a TTL is unknown" };
    if (node.expires === 0) return { takesEffect: false, why: "no key has a TTL: like noeviction" };
  }
  if (node.ignoresMaxmemory === true) return { takesEffect: false, why: "a replica: its primary evicts" };
  if (node.ignoresMaxmemory === null) return { takesEffect: null, why: "replica-ignore-maxmemory unknown" };
  return { takesEffect: true, why: "evicts when full" };
}

/** Judges a Memcached server. */
export function memcachedEffect({ stats, settings }: EvictionNode): EvictionEffect {
  const evictions = stats["evictions"];
  if (evictions === undefined) return { takesEffect: null, why: "stats settings shows no evictions" };
  if (evictions !== "on") return { takesEffect: false, why: "started with -M: refuses writes when full" };
  if (stats["lru_maintainer_thread"] === "no") return { takesEffect: true, why: "evicts when full, one list a class" };
  return { takesEffect: true, why: settings["lru mode"] === "flat" ? "evicts when full, flat" : "evicts when full" };
}
