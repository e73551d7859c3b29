import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";
import { isStartUp, perSecond, startUpReason, windowConfidence, windowEvidence } from "../window.js";

export const connectionChurn = defineRule({
  id: "connection-churn",
  category: "clients",
  issue: "Clients connect anew all the time instead of keeping connections",
  priorities: ["medium"],
  reason:
    "A connection costs more than most commands, with TLS far more; above 50 a second, and a tenth of the open connections each second, clients have no pool.",
  source: "RedisInsight, cachectl",
  thresholds: {
    perSecond: { default: 50, unit: "per-second" },
    connectedPercent: { default: 10, unit: "percent" },
  },
  needs: ["window", "clients"],
  check({ window, clients }, { node, thresholds }) {
    const rate = perSecond(window, "total_connections_received");
    if (rate === null || clients.connected === null)
      return cannotJudge("INFO does not show total_connections_received over a time and connected_clients");
    const ofConnected = (clients.connected * thresholds.connectedPercent) / 100;
    if (rate <= thresholds.perSecond || rate <= ofConnected) return null;
    if (isStartUp(window)) return cannotJudge(startUpReason);
    return {
      priority: "medium",
      action: "Let clients use a connection pool or one long-lived connection; CLIENT LIST shows who is young (age).",
      confidence: windowConfidence(window),
      evidence: [
        evidence(node, "new connections per second", toTenth(rate), "per-second"),
        evidence(node, "connected_clients", clients.connected, "count"),
        windowEvidence(node, window),
      ],
      commands: [serverCommand(node, "CLIENT", "LIST")],
    };
  },
});
