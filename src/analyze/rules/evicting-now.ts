import { lookupsIn } from "../lookups.js";
import { raiseMaxmemory } from "../memory-limit.js";
import { cannotJudge, defineRule, evidence, notApplicable } from "../rule.js";
import { toTenth } from "../round.js";
import { eventPriority, growth, perSecond, windowConfidence, windowEvidence } from "../window.js";

export const evictingNow = defineRule({
  id: "evicting-now",
  category: "eviction",
  issue: "Keys are being evicted to make room",
  priorities: ["info", "medium", "high"],
  reason:
    "Any eviction means that the data no longer fits; it is urgent when lookups miss because of it, and when the data is not a cache.",
  source: "awesome-prometheus-alerts, Grafana mixins",
  thresholds: {
    perSecond: { default: 0, unit: "per-second" },
    lowHitRatePercent: { default: 80, unit: "percent" },
    minLookupsPerSecond: { default: 100, unit: "per-second" },
  },
  needs: ["window", "memory", "replication"],
  check({ window, memory, replication }, { node, target, thresholds }) {
    if (replication.role === "replica") return notApplicable("a replica does not evict by itself");
    const evicted = growth(window, "evicted_keys");
    const rate = perSecond(window, "evicted_keys");
    if (evicted === null) return cannotJudge("INFO does not show evicted_keys");
    if (evicted === 0 || (rate !== null && rate <= thresholds.perSecond)) return null;
    const lookups = lookupsIn(window);
    const counted = lookups !== null && lookups !== "idle" ? lookups : null;
    const missing =
      counted !== null &&
      counted.perSecond >= thresholds.minLookupsPerSecond &&
      counted.hitPercent < thresholds.lowHitRatePercent;
    const losesData = target.role === "queue" || target.role === "store";
    return {
      priority: eventPriority(window, missing || losesData ? "high" : "medium"),
      action: losesData
        ? "Raise maxmemory or move data away: this is data loss; then choose noeviction so that a full server refuses writes instead."
        : "Raise maxmemory, add nodes, or shorten TTLs, so that what is read often stays; then CONFIG REWRITE so that a restart keeps it.",
      confidence: windowConfidence(window),
      evidence: [
        evidence(node, "evicted_keys", evicted, "count"),
        evidence(node, "evictions per second", rate === null ? null : toTenth(rate), "per-second"),
        evidence(node, "hit rate", counted === null ? null : toTenth(counted.hitPercent), "percent"),
        evidence(node, "maxmemory", memory.maxmemoryBytes, "bytes"),
        evidence(node, "maxmemory-policy", memory.maxmemoryPolicy),
        windowEvidence(node, window),
      ],
      commands: memory.maxmemoryBytes ? raiseMaxmemory(node, memory, memory.maxmemoryBytes * 1.5) : [],
    };
  },
});
