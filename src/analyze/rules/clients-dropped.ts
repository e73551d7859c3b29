import { absentField } from "../absent-field.js";
import { defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, growth, windowConfidence, windowEvidence } from "../window.js";

const counters = [
  "evicted_clients",
  "client_output_buffer_limit_disconnections",
  "client_query_buffer_limit_disconnections",
] as const;

export const clientsDropped = defineRule({
  id: "clients-dropped",
  category: "clients",
  issue: "The server disconnects clients whose buffers grow too large",
  priorities: ["info", "high"],
  reason:
    "A dropped client loses its replies and subscriptions, a dropped replica starts over; since the server started it is history and only mentioned.",
  source: "cachectl",
  thresholds: { count: { default: 0, unit: "count" } },
  needs: ["window", "server"],
  check({ window, server }, { node, thresholds }) {
    // evicted_clients came with 7.0, the other two later: what a version does not count cannot be held against it.
    const grown = counters.map((counter) => ({ counter, count: growth(window, counter) }));
    const dropped = grown.filter(({ count }) => count !== null && count > thresholds.count);
    if (dropped.length > 0)
      return {
        priority: eventPriority(window, "high"),
        ...(window.basis === "sample" ? {} : { issue: "The server has disconnected clients since it started" }),
        action:
          "Find slow consumers and oversized requests (omem, qbuf in CLIENT LIST) and mend them; only then consider raising client-output-buffer-limit, client-query-buffer-limit or maxmemory-clients.",
        confidence: windowConfidence(window),
        evidence: [
          ...dropped.map(({ counter, count }) => evidence(node, counter, count, "count")),
          windowEvidence(node, window),
        ],
        commands: [serverCommand(node, "CLIENT", "LIST")],
      };
    return growth(window, "evicted_clients") === null ? absentField(server, "evicted_clients", 7) : null;
  },
});
