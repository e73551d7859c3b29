import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, growth, windowEvidence } from "../window.js";

export const memcachedConnectionsRefused = defineRule({
  id: "memcached-connections-refused",
  families: ["memcached"],
  category: "clients",
  issue: "Clients are refused because the connection limit is reached",
  priorities: ["info", "high", "critical"],
  reason:
    "With maxconns_fast (the default) the server closes what is over -c at once; without it, it stops listening and clients hang.",
  source: "awesome-prometheus-alerts, Zabbix",
  needs: ["memcachedStats", "memcachedWindow"],
  wants: ["memcachedSettings"],
  check({ memcachedStats, memcachedWindow }, { node }, { memcachedSettings }) {
    const accepting = memcachedStats.numbers["accepting_conns"];
    const rejected = growth(memcachedWindow, "rejected_connections");
    const disabled = growth(memcachedWindow, "listen_disabled_num");
    if (accepting === 0)
      return {
        priority: "critical",
        issue: "The server has stopped accepting connections",
        action: "Close idle connections at the clients at once, then restart with a higher -c and file limit.",
        evidence: [evidence(node, "accepting_conns", 0, "count")],
        commands: [serverCommand(node, "stats", "conns")],
      };
    // Without maxconns_fast nothing is rejected, and stats does not show the field.
    const waits = memcachedSettings.ok && memcachedSettings.value["maxconns_fast"] === "no";
    if (accepting === undefined || disabled === null || (rejected === null && !waits))
      return cannotJudge("stats does not show accepting_conns, rejected_connections and listen_disabled_num");
    if ((rejected ?? 0) === 0 && disabled === 0) return null;
    return {
      priority: eventPriority(memcachedWindow, "high"),
      action: "Restart with a higher -c and file limit, or have clients share connections (a pool or a proxy).",
      evidence: [
        evidence(node, "rejected_connections", rejected, "count"),
        evidence(node, "listen_disabled_num", disabled, "count"),
        windowEvidence(node, memcachedWindow),
      ],
      commands: [serverCommand(node, "stats", "conns")],
    };
  },
});
