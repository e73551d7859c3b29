import { cannotJudge, defineRule, evidence } from "../rule.js";
import { growth, hitRatePercent, windowConfidence, windowEvidence } from "../window.js";

export const memcachedHitRateLow = defineRule({
  id: "memcached-hit-rate-low",
  families: ["memcached"],
  category: "keyspace",
  issue: "The hit rate is low",
  priorities: ["medium"],
  reason:
    "Every miss is a request to what the cache should protect; awesome-prometheus-alerts alarms under 80 %. With little traffic the rate says nothing.",
  source: "awesome-prometheus-alerts",
  thresholds: {
    percent: { default: 80, unit: "percent" },
    lookupsPerSecond: { default: 10, unit: "per-second" },
  },
  needs: ["memcachedWindow"],
  check({ memcachedWindow }, { node, thresholds }) {
    const hits = growth(memcachedWindow, "get_hits");
    const misses = growth(memcachedWindow, "get_misses");
    if (hits === null || misses === null) return cannotJudge("stats does not show get_hits and get_misses");
    if (memcachedWindow.seconds <= 0) return cannotJudge("the sample window has no length");
    const percent = hitRatePercent(hits, misses);
    const lookupsPerSecond = (hits + misses) / memcachedWindow.seconds;
    if (percent === null || lookupsPerSecond < thresholds.lookupsPerSecond || percent >= thresholds.percent)
      return null;
    return {
      priority: "medium",
      action:
        "See whether items are evicted (more memory), expire too soon (longer TTLs), were just flushed, or are read by keys that are never written.",
      confidence: windowConfidence(memcachedWindow),
      evidence: [
        evidence(node, "get_hits", hits, "count"),
        evidence(node, "get_misses", misses, "count"),
        evidence(node, "hit rate", Math.round(percent * 10) / 10, "percent"),
        windowEvidence(node, memcachedWindow),
      ],
    };
  },
});
