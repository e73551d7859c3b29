import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { hasSavePoints } from "../server-settings.js";

export const masterWithoutPersistence = defineRule({
  id: "master-without-persistence",
  category: "persistence",
  issue: "A primary with replicas persists nothing: an automatic restart would wipe the replicas too",
  priorities: ["low", "high"],
  reason:
    "A primary that restarts empty before a failover is an empty dataset that every replica copies; the replication documentation warns of exactly this.",
  source: "redis.io documentation",
  needs: ["replication", "config"],
  check({ replication, config }, { node, target }) {
    if (replication.role !== "primary") return notApplicable("a replica");
    if (replication.connectedReplicas === null) return cannotJudge("INFO does not show connected_slaves");
    if (replication.connectedReplicas === 0) return notApplicable("no replica is connected");
    const savePoints = hasSavePoints(config);
    if (savePoints === null || config["appendonly"] === undefined)
      return cannotJudge("CONFIG does not show save and appendonly");
    if (savePoints || config["appendonly"] === "yes") return null;
    return {
      // A cache can be filled again, from whatever it caches.
      priority: target.role === "cache" ? "low" : "high",
      action:
        "Make sure that the server can write to its dir (a snapshot that fails stops all writes), turn on snapshots or the AOF, then CONFIG REWRITE so that a restart keeps it; or make sure that nothing restarts it automatically.",
      evidence: [
        evidence(node, "connected_slaves", replication.connectedReplicas, "count"),
        evidence(node, "save", config["save"] ?? null),
        evidence(node, "appendonly", config["appendonly"]),
      ],
      commands: [
        serverCommand(node, "CONFIG", "GET", "dir"),
        // The servers' default save points.
        serverCommand(node, "CONFIG", "SET", "save", "3600 1 300 100 60 10000"),
      ],
    };
  },
});
