import { cannotJudge, defineRule, evidence } from "../rule.js";

export const restartedRecently = defineRule({
  id: "restarted-recently",
  category: "availability",
  issue: "Server was started a short time ago",
  priorities: ["info"],
  reason:
    "After an unplanned restart the reason should be known, and until a cache is warm again its hit rate and load are not the usual ones. Zabbix alarms under ten minutes.",
  source: "Zabbix",
  thresholds: { uptimeSeconds: { default: 600, unit: "seconds" } },
  needs: ["server"],
  check({ server: { uptimeSeconds } }, { node, thresholds }) {
    if (uptimeSeconds === null) return cannotJudge("INFO does not show uptime_in_seconds");
    if (uptimeSeconds >= thresholds.uptimeSeconds) return null;
    return {
      priority: "info",
      action:
        "If nobody restarted it, read the end of its previous log, and the kernel's for the out-of-memory killer.",
      evidence: [evidence(node, "uptime_in_seconds", uptimeSeconds, "seconds")],
    };
  },
});
