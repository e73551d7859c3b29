import { memcachedEffect, redisEffect } from "../../model/eviction-effect.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import { policySetting } from "../../model/eviction-settings.js";
import type { Section } from "../../model/report.js";
import { column, tableSection, type TableColumn } from "../keyspace/section-table.js";

type Place = Parameters<typeof tableSection>[0];

/** Policy, its parameters, pressure and effect of every node. The id and keys are part of the JSON contract (docs/evict-policy.md). */
export function settingsSection(place: Place, nodes: readonly EvictionNode[]): Section[] {
  const memcached = nodes.some(({ product }) => product === "memcached");
  return tableSection<EvictionNode>(place, {
    id: "eviction-settings",
    title: "EVICTION SETTINGS",
    rows: [...nodes],
    columns: [
      column("node", "node", "text", null, ({ address }) => address),
      column("role", "role", "text", 85, ({ role }) => role),
      ...(memcached ? memcachedColumns : redisColumns),
      column("evictionsPerSecond", "evictions", "per-second", 75, (node) => node.evictionsPerSecond),
      column("refusedWritesPerSecond", "OOM errors", "per-second", 40, (node) => node.refusedWritesPerSecond),
      column("takesEffect", "takes effect", "text", 0, (node) => effectOf(node).takesEffect),
      column("effect", "effect", "text", 95, (node) => node.unreachable ?? effectOf(node).why),
    ],
  });
}

function effectOf(node: EvictionNode) {
  return node.product === "memcached" ? memcachedEffect(node) : redisEffect(node);
}

const text = (key: string, label: string, importance: number | null, name: string): TableColumn<EvictionNode> =>
  column(key, label, "text", importance, ({ settings }) => settings[name] ?? null);

const count = (key: string, label: string, importance: number, name: string): TableColumn<EvictionNode> =>
  column(key, label, "count", importance, ({ settings }) =>
    settings[name] === undefined ? null : Number(settings[name]),
  );

const redisColumns: TableColumn<EvictionNode>[] = [
  text("policy", "policy", null, policySetting),
  column("maxmemoryBytes", "maxmemory", "bytes", 90, ({ settings }) =>
    settings["maxmemory"] === undefined ? null : Number(settings["maxmemory"]),
  ),
  column("countedBytes", "counted", "bytes", 80, ({ countedBytes }) => countedBytes),
  column("pressurePercent", "full", "percent", 88, pressurePercent),
  count("samples", "samples", 70, "maxmemory-samples"),
  count("tenacity", "tenacity", 50, "maxmemory-eviction-tenacity"),
  count("lfuLogFactor", "log factor", 55, "lfu-log-factor"),
  count("lfuDecayTime", "decay min", 54, "lfu-decay-time"),
];

const memcachedColumns: TableColumn<EvictionNode>[] = [
  text("lruMode", "lru mode", null, "lru mode"),
  text("lruTune", "lru tune", 70, "lru tune"),
  text("tempTtl", "temp ttl", 72, "lru temp_ttl"),
  text("slabsAutomove", "automove", 71, "slabs automove"),
  text("lruCrawler", "crawler", 69, "lru_crawler"),
  count("crawlerSleep", "crawler sleep µs", 0, "lru_crawler sleep"),
  count("crawlerTocrawl", "tocrawl", 0, "lru_crawler tocrawl"),
  column("evictions", "-M", "text", 0, ({ stats }) => stats["evictions"] ?? null),
  column("limitBytes", "limit", "bytes", 80, ({ stats }) =>
    stats["maxbytes"] === undefined ? null : Number(stats["maxbytes"]),
  ),
  column("usedBytes", "used", "bytes", 79, ({ usedBytes }) => usedBytes),
];

/** Of maxmemory; null where there is no limit or it is not known. */
function pressurePercent({ settings, countedBytes }: EvictionNode): number | null {
  const maxmemory = Number(settings["maxmemory"] ?? 0);
  return maxmemory === 0 || countedBytes === null ? null : (100 * countedBytes) / maxmemory;
}
