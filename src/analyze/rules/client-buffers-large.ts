import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const clientBuffersLarge = defineRule({
  id: "client-buffers-large",
  category: "clients",
  issue: "Clients hold large buffers on the server",
  priorities: ["medium"],
  reason:
    "MEMORY DOCTOR warns above 200 KiB a client on average: consumers that do not read fast enough, or very large replies and pipelines; under 5 MiB in all it costs nothing.",
  source: "MEMORY DOCTOR",
  thresholds: {
    averageBytes: { default: 200 * 1024, unit: "bytes" },
    minTotalBytes: { default: 5 * 2 ** 20, unit: "bytes" },
  },
  needs: ["memory", "clients"],
  check({ memory, clients }, { node, thresholds }) {
    const totalBytes = memory.clientsNormalBytes;
    if (totalBytes === null || clients.connected === null)
      return cannotJudge("INFO does not show mem_clients_normal and connected_clients");
    if (totalBytes < thresholds.minTotalBytes || clients.connected === 0) return null;
    const averageBytes = totalBytes / clients.connected;
    if (averageBytes <= thresholds.averageBytes) return null;
    return {
      priority: "medium",
      action:
        "Find the clients with a large omem or qbuf and let them read faster or ask for less; maxmemory-clients (Redis 7.0 on) bounds them all together.",
      evidence: [
        evidence(node, "mem_clients_normal", totalBytes, "bytes"),
        evidence(node, "connected_clients", clients.connected, "count"),
        evidence(node, "average for a client", Math.round(averageBytes), "bytes"),
      ],
      commands: [serverCommand(node, "CLIENT", "LIST", "TYPE", "normal")],
    };
  },
});
