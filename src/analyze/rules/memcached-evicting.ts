import { cannotJudge, defineRule, evidence } from "../rule.js";
import { growth, perSecond, windowConfidence, windowEvidence } from "../window.js";

export const memcachedEvicting = defineRule({
  id: "memcached-evicting",
  families: ["memcached"],
  category: "eviction",
  issue: "Items are being evicted before they expire",
  priorities: ["medium"],
  reason:
    "Some eviction is a full cache at work; above ten items a second data is usually thrown out that would still have been read.",
  source: "awesome-prometheus-alerts",
  thresholds: { perSecond: { default: 10, unit: "per-second" } },
  needs: ["memcachedWindow"],
  check({ memcachedWindow }, { node, thresholds }) {
    const rate = perSecond(memcachedWindow, "evictions");
    if (rate === null) return cannotJudge("stats does not show evictions");
    if (rate <= thresholds.perSecond) return null;
    return {
      priority: "medium",
      action: "Add memory (-m) or servers, or store less: shorter TTLs, compressed or smaller values.",
      confidence: windowConfidence(memcachedWindow),
      evidence: [
        evidence(node, "evictions", growth(memcachedWindow, "evictions"), "count"),
        evidence(node, "evictions per second", Math.round(rate * 10) / 10, "per-second"),
        windowEvidence(node, memcachedWindow),
      ],
    };
  },
});
