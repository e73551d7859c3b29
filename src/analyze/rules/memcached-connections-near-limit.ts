import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const memcachedConnectionsNearLimit = defineRule({
  id: "memcached-connections-near-limit",
  families: ["memcached"],
  category: "clients",
  issue: "Connections are close to the limit",
  priorities: ["medium", "critical"],
  reason:
    "At the limit (-c) new connections are refused or left waiting, so clients lose the cache all at once; awesome-prometheus-alerts and Grafana's mixin alarm at 80 % and 95 %.",
  source: "awesome-prometheus-alerts, Grafana jsonnet-libs",
  thresholds: {
    mediumPercent: { default: 80, unit: "percent" },
    criticalPercent: { default: 95, unit: "percent" },
  },
  needs: ["memcachedStats"],
  check({ memcachedStats: { numbers } }, { node, thresholds }) {
    const { curr_connections: current, max_connections: limit, reserved_fds: reserved } = numbers;
    if (current === undefined || limit === undefined || limit <= 0)
      return cannotJudge("stats does not show curr_connections and max_connections");
    // The server turns clients away when connections and its threads' own descriptors together reach the limit.
    const taken = current + (reserved ?? 0);
    const percent = (100 * taken) / limit;
    if (percent < thresholds.mediumPercent) return null;
    return {
      priority: percent >= thresholds.criticalPercent ? "critical" : "medium",
      action:
        "Share connections between threads of a client (a pool or a proxy), or restart with a higher -c and file limit.",
      evidence: [
        evidence(node, "curr_connections", current, "count"),
        ...(reserved === undefined ? [] : [evidence(node, "reserved_fds", reserved, "count")]),
        evidence(node, "max_connections", limit, "count"),
        evidence(node, "utilization", Math.round(percent * 10) / 10, "percent"),
      ],
      commands: [serverCommand(node, "stats", "conns")],
    };
  },
});
