import { cannotJudge, defineRule, evidence } from "../rule.js";
import { growth, perSecond, windowConfidence, windowEvidence } from "../window.js";

export const memcachedConnYields = defineRule({
  id: "memcached-conn-yields",
  families: ["memcached"],
  category: "latency",
  issue: "Connections are made to wait because they send too many requests at once",
  priorities: ["low"],
  reason:
    "After -R requests (20) in a row a connection has to let others go first: now and then that is fair, more than once a second it slows clients that pipeline.",
  source: "Zabbix",
  thresholds: { perSecond: { default: 1, unit: "per-second" } },
  needs: ["memcachedWindow"],
  check({ memcachedWindow }, { node, thresholds }) {
    const rate = perSecond(memcachedWindow, "conn_yields");
    if (rate === null) return cannotJudge("stats does not show conn_yields");
    if (rate <= thresholds.perSecond) return null;
    return {
      priority: "low",
      action:
        "Use multi-key gets or spread the requests over more connections; for large pipelines restart with a higher -R.",
      confidence: windowConfidence(memcachedWindow),
      evidence: [
        evidence(node, "conn_yields", growth(memcachedWindow, "conn_yields"), "count"),
        evidence(node, "conn_yields per second", Math.round(rate * 10) / 10, "per-second"),
        windowEvidence(node, memcachedWindow),
      ],
    };
  },
});
