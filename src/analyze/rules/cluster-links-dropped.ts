import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { isAtLeast } from "../../model/version-number.js";
import { eventPriority, growth, windowEvidence } from "../window.js";

const counter = "total_cluster_links_buffer_limit_exceeded";
const limitSetting = "cluster-link-sendbuf-limit";

export const clusterLinksDropped = defineRule({
  id: "cluster-links-dropped",
  category: "cluster",
  issue: "Cluster bus links were closed because their send buffer grew over its limit",
  priorities: ["info", "medium"],
  reason:
    "A link is freed and set up again when the peer reads too slowly; while it is down, gossip and published messages are lost, and a failover may start.",
  source: "cachectl",
  needs: ["window", "clusterInfo", "server"],
  wants: ["config"],
  check({ window, server }, { node }, { config }) {
    const dropped = growth(window, counter);
    if (dropped === null)
      return isAtLeast(server.version, "7.0") === false
        ? notApplicable(`${counter} is reported from Redis 7.0 on`)
        : cannotJudge(`CLUSTER INFO does not show ${counter}`);
    if (dropped === 0) return null;
    const limitBytes = config.ok ? Number(config.value[limitSetting] ?? Number.NaN) : Number.NaN;
    return {
      priority: eventPriority(window, "medium"),
      action:
        "Look for a slow or overloaded peer and for large published messages; if the peers are healthy, raise cluster-link-sendbuf-limit.",
      evidence: [
        evidence(node, counter, dropped, "count"),
        ...(Number.isNaN(limitBytes) ? [] : [evidence(node, limitSetting, limitBytes, "bytes")]),
        windowEvidence(node, window),
      ],
      commands: [
        serverCommand(node, "CLUSTER", "LINKS"),
        ...(limitBytes > 0 ? [serverCommand(node, "CONFIG", "SET", limitSetting, String(2 * limitBytes))] : []),
      ],
    };
  },
});
