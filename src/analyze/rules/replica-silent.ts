import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicaSilent = defineRule({
  id: "replica-silent",
  category: "replication",
  issue: "The replica has not heard from its primary for a while",
  priorities: ["medium"],
  reason:
    "A primary pings its replicas every 10 seconds (repl-ping-replica-period), so 30 seconds are three lost pings; at 60 (repl-timeout) the link is cut.",
  source: "Zabbix",
  thresholds: { seconds: { default: 30, unit: "seconds" } },
  needs: ["replication"],
  check({ replication }, { node, thresholds }) {
    if (replication.role !== "replica") return notApplicable("a primary");
    const { linkStatus, lastIoSecondsAgo } = replication;
    // A link that is down shows -1 here, which would pass for recent.
    if (linkStatus !== null && linkStatus !== "up")
      return notApplicable("the link to the primary is down (see replica-link-down)");
    if (lastIoSecondsAgo === null || lastIoSecondsAgo < 0)
      return cannotJudge("INFO does not show master_last_io_seconds_ago");
    if (lastIoSecondsAgo <= thresholds.seconds) return null;
    return {
      priority: "medium",
      action: "Look for a primary that stalls (SLOWLOG, LATENCY) and for packet loss between the two hosts.",
      evidence: [
        evidence(node, "master_last_io_seconds_ago", lastIoSecondsAgo, "seconds"),
        evidence(node, "primary", replication.primaryAddress),
      ],
      commands: [serverCommand(node, "INFO", "replication")],
    };
  },
});
