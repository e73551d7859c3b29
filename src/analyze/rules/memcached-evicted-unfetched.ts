import { cannotJudge, defineRule, evidence } from "../rule.js";

export const memcachedEvictedUnfetched = defineRule({
  id: "memcached-evicted-unfetched",
  families: ["memcached"],
  category: "eviction",
  issue: "Most evicted items were never read",
  priorities: ["medium"],
  reason:
    "An item that is evicted unread cost a write and pushed out another one: the cache is filled with data nobody asks for, or is far too small to keep it until somebody does.",
  source: "Memcached protocol.txt, cachectl",
  thresholds: {
    percent: { default: 50, unit: "percent" },
    evictions: { default: 1_000, unit: "count" },
  },
  needs: ["memcachedStats"],
  check({ memcachedStats }, { node, thresholds }) {
    const { evictions, evicted_unfetched: unfetched } = memcachedStats.numbers;
    if (evictions === undefined || unfetched === undefined)
      return cannotJudge("stats does not show evictions and evicted_unfetched");
    if (evictions === 0 || evictions < thresholds.evictions) return null;
    const percent = (100 * unfetched) / evictions;
    if (percent <= thresholds.percent) return null;
    return {
      priority: "medium",
      action:
        "Find who writes what is not read (watch fetchers mutations) and cache only what is asked for twice, or add memory.",
      // Counted since start, so what was mended may still show.
      confidence: "medium",
      evidence: [
        evidence(node, "evicted_unfetched", unfetched, "count"),
        evidence(node, "evictions", evictions, "count"),
        evidence(node, "never read", Math.round(percent * 10) / 10, "percent"),
        evidence(node, "since server start", memcachedStats.uptimeSeconds, "seconds"),
      ],
    };
  },
});
