import type { Command } from "../../model/finding.js";
import type { MemoryFacts } from "../../model/facts.js";
import type { NodeIdentity, TargetIdentity } from "../../model/node.js";
import { raiseMaxmemory, roomyMaxmemory } from "../memory-limit.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";

export const evictionDisabledFull = defineRule({
  id: "eviction-disabled-full",
  category: "eviction",
  issue: "Memory is nearly full and nothing may be evicted: writes will fail with OOM",
  priorities: ["critical"],
  reason:
    "At maxmemory with nothing to evict every write is refused; Azure advises to act before that, and 90 % is where published memory alerts call it urgent.",
  source: "Azure Cache guidance, awesome-prometheus-alerts",
  thresholds: { percent: { default: 90, unit: "percent" } },
  needs: ["memory", "keyspace", "replication"],
  check({ memory, keyspace, replication }, { node, target, thresholds }) {
    if (replication.role === "replica") return notApplicable("a replica does not evict by itself");
    const { usedBytes, maxmemoryBytes, maxmemoryPolicy } = memory;
    if (usedBytes === null || maxmemoryBytes === null || maxmemoryPolicy === null)
      return cannotJudge("INFO does not show used_memory, maxmemory and maxmemory_policy");
    if (maxmemoryBytes === 0) return notApplicable("no maxmemory is set");
    const evictsNothing =
      maxmemoryPolicy === "noeviction" || (maxmemoryPolicy.startsWith("volatile-") && keyspace.expires === 0);
    const percent = (100 * usedBytes) / maxmemoryBytes;
    if (!evictsNothing || percent < thresholds.percent) return null;
    return {
      priority: "critical",
      action:
        "Raise maxmemory or move data away now; where every key may be lost (a cache), choose allkeys-lru or allkeys-lfu. Then CONFIG REWRITE so that a restart keeps it.",
      evidence: [
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "maxmemory", maxmemoryBytes, "bytes"),
        evidence(node, "utilization", toTenth(percent), "percent"),
        evidence(node, "maxmemory-policy", maxmemoryPolicy),
        evidence(node, "keys with a TTL", keyspace.expires, "count"),
      ],
      commands: remedy(node, target, memory, usedBytes),
    };
  },
});

/** Only a profile that calls its data a cache says that keys may go; anything else gets room. */
function remedy(node: NodeIdentity, target: TargetIdentity, memory: MemoryFacts, usedBytes: number): Command[] {
  return target.role === "cache"
    ? [serverCommand(node, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")]
    : raiseMaxmemory(node, memory, roomyMaxmemory(usedBytes));
}
