import { lookupsIn } from "../lookups.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";
import { windowConfidence, windowEvidence } from "../window.js";

export const hitRateLow = defineRule({
  id: "hit-rate-low",
  category: "keyspace",
  issue: "Many lookups miss",
  priorities: ["medium", "high"],
  reason:
    "Below 80 % (the published alert for Memcached) the cache spares its origin little, below 50 % it mostly adds a round trip; under 100 lookups a second the rate is noise.",
  source: "awesome-prometheus-alerts, cachectl",
  thresholds: {
    mediumPercent: { default: 80, unit: "percent" },
    highPercent: { default: 50, unit: "percent" },
    minLookupsPerSecond: { default: 100, unit: "per-second" },
  },
  needs: ["window", "replication"],
  check({ window, replication }, { node, target, thresholds }) {
    if (target.role === "queue" || target.role === "store")
      return notApplicable(`a ${target.role} is not read through a hit rate`);
    if (replication.role === "replica") return notApplicable("hit rates are judged on the primary");
    const lookups = lookupsIn(window);
    if (lookups === null) return cannotJudge("INFO does not show keyspace_hits and keyspace_misses");
    if (lookups === "idle" || lookups.perSecond < thresholds.minLookupsPerSecond) return null;
    if (lookups.hitPercent >= thresholds.mediumPercent) return null;
    return {
      priority: lookups.hitPercent < thresholds.highPercent ? "high" : "medium",
      action:
        "Find what misses: TTLs too short, evictions, a cold start that wants warming, or lookups of keys that never exist.",
      confidence: windowConfidence(window),
      evidence: [
        evidence(node, "hit rate", toTenth(lookups.hitPercent), "percent"),
        evidence(node, "keyspace_hits", lookups.hits, "count"),
        evidence(node, "keyspace_misses", lookups.misses, "count"),
        evidence(node, "lookups per second", toTenth(lookups.perSecond), "per-second"),
        windowEvidence(node, window),
      ],
      commands: [serverCommand(node, "INFO", "commandstats")],
    };
  },
});
