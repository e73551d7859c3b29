import type { MemcachedItemsFacts, MemcachedSlabsFacts, MemcachedStatsFacts } from "../model/facts.js";
import { numberField } from "../protocol/info.js";

type Stats = Record<string, string>;

/** Reads `stats`. Source: https://github.com/memcached/memcached/blob/master/doc/protocol.txt */
export function parseMemcachedStats(stats: Stats): MemcachedStatsFacts | null {
  if (stats["pid"] === undefined && stats["uptime"] === undefined) return null;
  return {
    version: stats["version"] ?? "unknown",
    uptimeSeconds: numberField(stats, "uptime"),
    pointerSize: numberField(stats, "pointer_size"),
    numbers: numbersOf(stats),
  };
}

/** Reads `stats items`: `items:5:evicted 12`. Empty on an empty server. */
export function parseMemcachedItems(stats: Stats): MemcachedItemsFacts {
  return byClass(stats, /^items:(\d+):(.+)$/);
}

/** Reads `stats slabs`: `5:chunk_size 240`, and the totals. */
export function parseMemcachedSlabs(stats: Stats): MemcachedSlabsFacts {
  return {
    classes: byClass(stats, /^(\d+):(.+)$/),
    activeSlabs: numberField(stats, "active_slabs"),
    totalMallocedBytes: numberField(stats, "total_malloced"),
  };
}

function byClass(stats: Stats, pattern: RegExp): Record<string, Record<string, number>> {
  const classes: Record<string, Record<string, number>> = {};
  for (const name of Object.keys(stats)) {
    const [, slab, field] = pattern.exec(name) ?? [];
    const value = numberField(stats, name);
    if (slab === undefined || field === undefined || value === null) continue;
    (classes[slab] ??= {})[field] = value;
  }
  return classes;
}

function numbersOf(stats: Stats): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const name of Object.keys(stats)) {
    const value = numberField(stats, name);
    if (value !== null) numbers[name] = value;
  }
  return numbers;
}
