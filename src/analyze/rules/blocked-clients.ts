import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const blockedClients = defineRule({
  id: "blocked-clients",
  category: "clients",
  issue: "Clients wait in blocking commands",
  priorities: ["info"],
  reason: "Normal for consumers of a queue (BLPOP, XREAD BLOCK); elsewhere it means that somebody waits for data.",
  source: "New Relic",
  thresholds: { count: { default: 0, unit: "count" } },
  needs: ["clients"],
  check({ clients }, { node, thresholds }) {
    if (clients.blocked === null) return cannotJudge("INFO does not show blocked_clients");
    if (clients.blocked <= thresholds.count) return null;
    return {
      priority: "info",
      action: "Nothing to do if these are queue consumers; otherwise CLIENT LIST shows them by the flag b.",
      evidence: [
        evidence(node, "blocked_clients", clients.blocked, "count"),
        evidence(node, "connected_clients", clients.connected, "count"),
      ],
      commands: [serverCommand(node, "CLIENT", "LIST")],
    };
  },
});
