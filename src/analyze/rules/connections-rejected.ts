import { effectiveMaxclients } from "../maxclients.js";
import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, growth, windowConfidence, windowEvidence } from "../window.js";

export const connectionsRejected = defineRule({
  id: "connections-rejected",
  category: "clients",
  issue: "Connections are being rejected",
  priorities: ["info", "high"],
  reason:
    "Every rejected connection is a failed request of some client; rejections since the server started are history and only mentioned.",
  source: "Zabbix, awesome-prometheus-alerts",
  thresholds: { count: { default: 0, unit: "count" } },
  needs: ["window", "clients"],
  wants: ["config"],
  check({ window, clients }, { node, thresholds }, { config }) {
    const rejected = growth(window, "rejected_connections");
    if (rejected === null) return cannotJudge("INFO does not show rejected_connections");
    if (rejected <= thresholds.count) return null;
    const maxclients = effectiveMaxclients(clients, config);
    return {
      priority: eventPriority(window, "high"),
      ...(window.basis === "sample" ? {} : { issue: "Connections were rejected since the server started" }),
      action:
        "Use connection pools, and raise maxclients and the open file limit if that many connections are needed; protected mode counts what it turns away here too.",
      confidence: windowConfidence(window),
      evidence: [
        evidence(node, "rejected_connections", rejected, "count"),
        evidence(node, "connected_clients", clients.connected, "count"),
        evidence(node, "maxclients", maxclients, "count"),
        windowEvidence(node, window),
      ],
      commands: [
        maxclients === null
          ? serverCommand(node, "CONFIG", "GET", "maxclients")
          : serverCommand(node, "CONFIG", "SET", "maxclients", String(2 * maxclients)),
      ],
    };
  },
});
