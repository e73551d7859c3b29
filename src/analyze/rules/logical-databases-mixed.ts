import { defineRule, evidence, notApplicable } from "../rule.js";

export const logicalDatabasesMixed = defineRule({
  id: "logical-databases-mixed",
  category: "keyspace",
  issue: "Several logical databases hold keys",
  priorities: ["info"],
  reason:
    "Logical databases share one thread, one memory limit and one eviction policy, and a cluster usually has only database 0; separate instances isolate their data.",
  source: "RedisInsight",
  thresholds: { databases: { default: 1, unit: "count" } },
  needs: ["keyspace", "server", "replication"],
  check({ keyspace, server, replication }, { node, thresholds }) {
    if (server.mode === "cluster") return notApplicable("a cluster places keys by hash slot");
    if (replication.role === "replica") return notApplicable("databases are judged on the primary");
    const databases = Object.entries(keyspace.databases).filter(([, { keys }]) => keys > 0);
    if (databases.length <= thresholds.databases) return null;
    return {
      priority: "info",
      action: "Give data of different applications its own instance, or tell them apart by key prefix.",
      evidence: [
        evidence(node, "databases with keys", databases.length, "count"),
        // A server may have hundreds of databases.
        ...databases.slice(0, 16).map(([index, { keys }]) => evidence(node, `db${index} keys`, keys, "count")),
      ],
    };
  },
});
