import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { toHundredth } from "../round.js";

export const peakFragmentation = defineRule({
  id: "peak-fragmentation",
  category: "memory",
  issue: "The server once used far more memory than now",
  priorities: ["info"],
  reason:
    "The allocator often keeps what a peak needed, so that fragmentation ratios are high afterwards; MEMORY DOCTOR mentions it above 150 % and skips instances under 5 MiB.",
  source: "MEMORY DOCTOR",
  thresholds: {
    ratio: { default: 1.5, unit: "ratio" },
    minUsedBytes: { default: 5 * 2 ** 20, unit: "bytes" },
  },
  needs: ["memory"],
  check({ memory }, { node, thresholds }) {
    const { usedBytes, peakBytes } = memory;
    if (usedBytes === null || peakBytes === null)
      return cannotJudge("INFO does not show used_memory and used_memory_peak");
    if (usedBytes < thresholds.minUsedBytes || peakBytes / usedBytes <= thresholds.ratio) return null;
    return {
      priority: "info",
      action:
        "MEMORY PURGE hands free pages back if used_memory_rss is still near the peak; used_memory_peak itself falls only with a restart. Plan memory for the peak.",
      evidence: [
        evidence(node, "used_memory_peak", peakBytes, "bytes"),
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "peak to used", toHundredth(peakBytes / usedBytes), "ratio"),
        evidence(node, "used_memory_rss", memory.rssBytes, "bytes"),
      ],
      commands: [serverCommand(node, "MEMORY", "PURGE")],
    };
  },
});
