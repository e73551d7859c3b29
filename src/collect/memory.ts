import type { MemoryFacts } from "../model/facts.js";
import { flagField, numberField, type Info } from "../protocol/info.js";

/** Reads INFO memory. */
export function parseMemory(info: Info): MemoryFacts | null {
  const section = info["memory"];
  if (section === undefined) return null;
  const number = (field: string) => numberField(section, field);
  return {
    usedBytes: number("used_memory"),
    rssBytes: number("used_memory_rss"),
    peakBytes: number("used_memory_peak"),
    startupBytes: number("used_memory_startup"),
    overheadBytes: number("used_memory_overhead"),
    datasetBytes: number("used_memory_dataset"),
    totalSystemBytes: number("total_system_memory"),
    maxmemoryBytes: number("maxmemory"),
    maxmemoryPolicy: section["maxmemory_policy"] ?? null,
    fragmentationRatio: number("mem_fragmentation_ratio"),
    fragmentationBytes: number("mem_fragmentation_bytes"),
    allocatorFragRatio: number("allocator_frag_ratio"),
    allocatorFragBytes: number("allocator_frag_bytes"),
    allocatorRssRatio: number("allocator_rss_ratio"),
    allocatorRssBytes: number("allocator_rss_bytes"),
    rssOverheadRatio: number("rss_overhead_ratio"),
    rssOverheadBytes: number("rss_overhead_bytes"),
    notCountedForEvictBytes: number("mem_not_counted_for_evict"),
    clientsNormalBytes: number("mem_clients_normal"),
    clientsReplicasBytes: number("mem_clients_slaves"),
    replicationBacklogBytes: number("mem_replication_backlog"),
    totalReplicationBuffersBytes: number("mem_total_replication_buffers"),
    cachedScriptCount: number("number_of_cached_scripts"),
    scriptsBytes: number("used_memory_scripts"),
    allocator: section["mem_allocator"] ?? null,
    activeDefragRunning: flagField(section, "active_defrag_running"),
  };
}
