import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicaWritable = defineRule({
  id: "replica-writable",
  category: "replication",
  issue: "The replica accepts writes",
  priorities: ["high"],
  reason:
    "What is written to a replica reaches no other node, makes it differ from its primary and is gone at the next full resync.",
  source: "redis.io documentation",
  needs: ["replication"],
  check({ replication }, { node }) {
    if (replication.role !== "replica") return notApplicable("a primary");
    if (replication.readOnly === null) return cannotJudge("INFO does not show slave_read_only");
    if (replication.readOnly) return null;
    return {
      priority: "high",
      action: "Make the replica read-only, then CONFIG REWRITE so that a restart keeps it.",
      evidence: [evidence(node, "slave_read_only", 0, "count")],
      commands: [serverCommand(node, "CONFIG", "SET", "replica-read-only", "yes")],
    };
  },
});
