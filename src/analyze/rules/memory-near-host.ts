import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";

export const memoryNearHost = defineRule({
  id: "memory-near-host",
  category: "memory",
  issue: "The data nearly fills the memory of the host",
  priorities: ["high"],
  reason:
    "Above 90 % of the host's memory the kernel swaps or kills the server, whatever maxmemory says; that is where published alerts fire.",
  source: "awesome-prometheus-alerts, redis_exporter mixin, Charmed Valkey",
  thresholds: { percent: { default: 90, unit: "percent" } },
  needs: ["memory"],
  check({ memory }, { node, thresholds }) {
    const { usedBytes, totalSystemBytes } = memory;
    if (usedBytes === null || !totalSystemBytes)
      return cannotJudge("INFO does not show used_memory and total_system_memory");
    const percent = (100 * usedBytes) / totalSystemBytes;
    if (percent <= thresholds.percent) return null;
    return {
      priority: "high",
      action:
        "Move data to another node or a bigger host, then set maxmemory to at most 80 % of the host's memory; lowering it at once would evict keys or refuse writes. cachectl bigkeys says what fills it.",
      evidence: [
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "total_system_memory", totalSystemBytes, "bytes"),
        evidence(node, "share of the host", toTenth(percent), "percent"),
        evidence(node, "maxmemory", memory.maxmemoryBytes, "bytes"),
      ],
      commands: [serverCommand(node, "MEMORY", "STATS")],
    };
  },
});
