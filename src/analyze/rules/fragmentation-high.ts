import type { Fact } from "../../model/fact.js";
import type { ConfigFacts, MemoryFacts, MemoryStatsFacts } from "../../model/facts.js";
import type { Command } from "../../model/finding.js";
import type { NodeIdentity } from "../../model/node.js";
import { toHundredth } from "../round.js";
import { cannotJudge, defineRule, evidence, serverCommand, type Draft } from "../rule.js";
import { settingNumber } from "../server-settings.js";

const mebibyte = 2 ** 20;

export const fragmentationHigh = defineRule({
  id: "fragmentation-high",
  category: "memory",
  issue: "Memory is fragmented: the process holds much more than the data needs",
  priorities: ["medium"],
  reason:
    "MEMORY DOCTOR calls an allocator ratio above 1.1 fragmented and Zabbix a process ratio above 1.5, if more than 10 MiB are at stake and the instance is not nearly empty.",
  source: "MEMORY DOCTOR, Zabbix",
  thresholds: {
    allocatorRatio: { default: 1.1, unit: "ratio" },
    processRatio: { default: 1.5, unit: "ratio" },
    minWastedBytes: { default: 10 * mebibyte, unit: "bytes" },
    minUsedBytes: { default: 5 * mebibyte, unit: "bytes" },
    // The program itself takes 10 to 20 MiB of any process, an idle cluster node included; swapping has the same floor.
    processMinUsedBytes: { default: 64 * mebibyte, unit: "bytes" },
  },
  needs: ["memory"],
  // What the allocator says itself, and from which size on active defragmentation works.
  wants: ["memoryStats", "config"],
  check({ memory }, { node, thresholds }, { memoryStats, config }) {
    const { usedBytes, allocatorFragRatio, allocatorFragBytes, fragmentationRatio, fragmentationBytes } = memory;
    if (usedBytes === null) return cannotJudge("INFO does not show used_memory");
    // Below this the ratios measure the program itself, not the data: MEMORY DOCTOR calls such an instance empty.
    if (usedBytes < thresholds.minUsedBytes) return null;
    const exceeds = (ratio: number | null, bytes: number | null, limit: number) =>
      ratio !== null && bytes !== null && ratio > limit && bytes > thresholds.minWastedBytes;
    if (exceeds(allocatorFragRatio, allocatorFragBytes, thresholds.allocatorRatio))
      return inAllocator(node, memory, config);
    const holes = memoryStats.ok ? holesIn(memoryStats.value) : null;
    if (holes !== null && exceeds(holes.ratio, holes.bytes, thresholds.processRatio)) return hidden(node, holes);
    if (
      usedBytes >= thresholds.processMinUsedBytes &&
      exceeds(fragmentationRatio, fragmentationBytes, thresholds.processRatio)
    )
      return inProcess(node, memory);
    if (
      fragmentationRatio === null ||
      fragmentationBytes === null ||
      allocatorFragRatio === null ||
      allocatorFragBytes === null
    )
      return cannotJudge("INFO does not show the fragmentation ratios with their bytes");
    return null;
  },
});

function inAllocator(node: NodeIdentity, memory: MemoryFacts, config: Fact<ConfigFacts>): Draft {
  const floor = lowerIgnoreBytes(node, memory.allocatorFragBytes, config);
  const alreadyOn = config.ok && config.value["activedefrag"] === "yes" && floor.length === 0;
  return {
    priority: "medium",
    action: alreadyOn
      ? "Active defragmentation is on: give it time, or let it work harder (active-defrag-cycle-max, active-defrag-threshold-lower); it takes CPU from the main thread."
      : "Turn active defragmentation on; a build without the bundled jemalloc (many distribution packages) refuses it, there a restart or a failover gives the memory back.",
    evidence: [
      evidence(node, "allocator_frag_ratio", memory.allocatorFragRatio, "ratio"),
      evidence(node, "allocator_frag_bytes", memory.allocatorFragBytes, "bytes"),
      evidence(node, "mem_allocator", memory.allocator),
    ],
    commands: alreadyOn
      ? [serverCommand(node, "CONFIG", "GET", "active-defrag-*")]
      : [...floor, serverCommand(node, "CONFIG", "SET", "activedefrag", "yes")],
  };
}

/** Defragmentation that is on does nothing below active-defrag-ignore-bytes, 100 MB by default. */
function lowerIgnoreBytes(node: NodeIdentity, fragBytes: number | null, config: Fact<ConfigFacts>): Command[] {
  const ignoreBytes = config.ok ? settingNumber(config.value, "active-defrag-ignore-bytes") : null;
  if (ignoreBytes === null || fragBytes === null || fragBytes > ignoreBytes) return [];
  return [serverCommand(node, "CONFIG", "SET", "active-defrag-ignore-bytes", String(10 * mebibyte))];
}

interface Holes {
  allocatedBytes: number;
  activeBytes: number;
  ratio: number;
  bytes: number;
}

/**
 * A build that cannot defragment need not measure it: Valkey 8 and 9 then say 1.00 and 0 bytes in INFO. null: not reported.
 *
 * The ratio also counts what jemalloc pads large values with, up to a quarter at 16 KB, so it is held against the higher limit.
 */
function holesIn(stats: MemoryStatsFacts): Holes | null {
  const allocatedBytes = stats["allocator.allocated"];
  const activeBytes = stats["allocator.active"];
  if (!allocatedBytes || activeBytes === undefined) return null;
  return { allocatedBytes, activeBytes, ratio: activeBytes / allocatedBytes, bytes: activeBytes - allocatedBytes };
}

function hidden(node: NodeIdentity, { allocatedBytes, activeBytes, ratio }: Holes): Draft {
  return {
    priority: "medium",
    action:
      "A restart or a failover gives the memory back: where INFO shows no allocator_frag_bytes beside such holes, the server was built without active defragmentation. Many sizes of values that come and go cause them.",
    evidence: [
      evidence(node, "allocator.allocated", allocatedBytes, "bytes"),
      evidence(node, "allocator.active", activeBytes, "bytes"),
      evidence(node, "allocator.active / allocator.allocated", toHundredth(ratio), "ratio"),
    ],
    commands: [serverCommand(node, "MEMORY", "STATS")],
  };
}

function inProcess(node: NodeIdentity, memory: MemoryFacts): Draft {
  return {
    priority: "medium",
    issue: "The process holds much more memory than it uses",
    action:
      "Let the allocator hand its free pages back with MEMORY PURGE; if that does not help, look for a running fork, modules and scripts.",
    evidence: [
      evidence(node, "mem_fragmentation_ratio", memory.fragmentationRatio, "ratio"),
      evidence(node, "mem_fragmentation_bytes", memory.fragmentationBytes, "bytes"),
      evidence(node, "used_memory_rss", memory.rssBytes, "bytes"),
    ],
    commands: [serverCommand(node, "MEMORY", "PURGE")],
  };
}
