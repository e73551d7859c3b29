import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";
import { effectiveMaxclients, maxclientsUnknown } from "../maxclients.js";

export const connectionsNearLimit = defineRule({
  id: "connections-near-limit",
  category: "clients",
  issue: "Connections are near maxclients",
  priorities: ["medium", "high"],
  reason: "At maxclients every new connection is refused, the operator's too; Zabbix warns at 80 %, others at 90 %.",
  source: "Zabbix, awesome-prometheus-alerts",
  thresholds: {
    mediumPercent: { default: 80, unit: "percent" },
    highPercent: { default: 90, unit: "percent" },
  },
  needs: ["clients"],
  // INFO of Redis 6.0 does not show maxclients.
  wants: ["config"],
  check({ clients }, { node, thresholds }, { config }) {
    const maxclients = effectiveMaxclients(clients, config);
    if (clients.connected === null) return cannotJudge("INFO does not show connected_clients");
    if (!maxclients) return cannotJudge(maxclientsUnknown(config));
    // Links of the cluster bus take part of maxclients where INFO counts them (6.2 on).
    const percent = (100 * (clients.connected + (clients.clusterConnections ?? 0))) / maxclients;
    if (percent <= thresholds.mediumPercent) return null;
    return {
      priority: percent > thresholds.highPercent ? "high" : "medium",
      action:
        "Use connection pools and close idle connections; raise maxclients if that many are needed (the open file limit must allow it), then CONFIG REWRITE so that a restart keeps it.",
      evidence: [
        evidence(node, "connected_clients", clients.connected, "count"),
        ...(clients.clusterConnections
          ? [evidence(node, "cluster_connections", clients.clusterConnections, "count")]
          : []),
        evidence(node, "maxclients", maxclients, "count"),
        evidence(node, "connections in use", toTenth(percent), "percent"),
      ],
      commands: [
        serverCommand(node, "CLIENT", "LIST"),
        serverCommand(node, "CONFIG", "SET", "maxclients", String(2 * maxclients)),
      ],
    };
  },
});
