import { hostSharePercent, limitMaxmemory } from "../memory-limit.js";
import { cannotJudge, defineRule, evidence } from "../rule.js";

export const maxmemoryUnset = defineRule({
  id: "maxmemory-unset",
  category: "memory",
  issue: "No memory limit is set",
  priorities: ["medium"],
  reason:
    "Without maxmemory the server grows until the kernel kills it; redis.io advises to give it 8 to 9 of 10 GB free, less where forks need room.",
  source: "redis.io documentation",
  needs: ["memory"],
  check({ memory }, { node }) {
    const { maxmemoryBytes, totalSystemBytes } = memory;
    if (maxmemoryBytes === null) return cannotJudge("INFO does not show maxmemory");
    if (maxmemoryBytes > 0) return null;
    return {
      priority: "medium",
      action:
        "Set maxmemory and a maxmemory-policy that suits the data, less than shown if the host has other tenants or the server runs in a container with a limit of its own, then CONFIG REWRITE so that a restart keeps it.",
      evidence: [
        evidence(node, "maxmemory", maxmemoryBytes, "bytes"),
        evidence(node, "used_memory", memory.usedBytes, "bytes"),
        evidence(node, "total_system_memory", totalSystemBytes, "bytes"),
        evidence(node, "maxmemory-policy", memory.maxmemoryPolicy),
      ],
      commands:
        totalSystemBytes === null ? [] : limitMaxmemory(node, memory, (totalSystemBytes * hostSharePercent) / 100),
    };
  },
});
