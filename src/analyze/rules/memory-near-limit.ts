import { raiseMaxmemory, roomyMaxmemory } from "../memory-limit.js";
import { cannotJudge, defineRule, evidence, notApplicable } from "../rule.js";

export const memoryNearLimit = defineRule({
  id: "memory-near-limit",
  category: "memory",
  issue: "High memory utilization",
  priorities: ["medium", "high", "critical"],
  reason:
    "At the limit every write evicts a key or fails with OOM; published alerts start between 70 % (Huawei DCS, Datadog) and 90 % (awesome-prometheus-alerts, Zabbix), and 95 % leaves no time to react.",
  source: "awesome-prometheus-alerts, Zabbix, Datadog, PMM",
  thresholds: {
    mediumPercent: { default: 80, unit: "percent" },
    highPercent: { default: 90, unit: "percent" },
    criticalPercent: { default: 95, unit: "percent" },
  },
  needs: ["memory"],
  check({ memory }, { node, target, thresholds }) {
    const { usedBytes, maxmemoryBytes } = memory;
    if (usedBytes === null || maxmemoryBytes === null)
      return cannotJudge("INFO does not show used_memory and maxmemory");
    if (maxmemoryBytes === 0) return notApplicable("no maxmemory is set");
    const percent = (100 * usedBytes) / maxmemoryBytes;
    if (percent < thresholds.mediumPercent) return null;
    // A cache that may evict any key works at its limit by design; whether it evicts too much is evicting-now's to say.
    const fullByDesign = target.role === "cache" && memory.maxmemoryPolicy?.startsWith("allkeys-") === true;
    const full = percent >= thresholds.highPercent && !fullByDesign;
    return {
      priority: full && percent >= thresholds.criticalPercent ? "critical" : full ? "high" : "medium",
      action:
        "Raise maxmemory if the host has room, give keys a TTL, or let an eviction policy (allkeys-lfu, allkeys-lru) keep it bounded. cachectl bigkeys says what fills it.",
      evidence: [
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "maxmemory", maxmemoryBytes, "bytes"),
        evidence(node, "utilization", Math.round(percent * 10) / 10, "percent"),
        evidence(node, "maxmemory-policy", memory.maxmemoryPolicy),
      ],
      commands: raiseMaxmemory(node, memory, roomyMaxmemory(usedBytes)),
    };
  },
});
