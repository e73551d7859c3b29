import { cannotJudge, defineRule, evidence, shellLine } from "../rule.js";

export const swapping = defineRule({
  id: "swapping",
  category: "memory",
  issue: "Part of the data seems to be swapped out",
  priorities: ["high"],
  reason:
    "Less resident memory than allocated memory means that pages were swapped out, and each access to them waits for the disk; below 64 MiB the ratio says nothing.",
  source: "Zabbix, redis.io documentation",
  thresholds: {
    ratio: { default: 1, unit: "ratio" },
    minUsedBytes: { default: 64 * 2 ** 20, unit: "bytes" },
  },
  needs: ["memory"],
  check({ memory }, { node, thresholds }) {
    const { usedBytes, fragmentationRatio } = memory;
    if (usedBytes === null || fragmentationRatio === null)
      return cannotJudge("INFO does not show used_memory and mem_fragmentation_ratio");
    if (usedBytes < thresholds.minUsedBytes || fragmentationRatio >= thresholds.ratio) return null;
    return {
      priority: "high",
      // The server does not see the swap itself; buffers that were reserved and never written look the same.
      confidence: "medium",
      action: "Give the host more memory or the server less data; watch si and so of vmstat on the host to be sure.",
      evidence: [
        evidence(node, "mem_fragmentation_ratio", fragmentationRatio, "ratio"),
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "used_memory_rss", memory.rssBytes, "bytes"),
      ],
      commands: [shellLine("vmstat 1 5")],
    };
  },
});
