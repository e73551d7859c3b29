import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { settingNumber } from "../server-settings.js";

export const minReplicasUnmet = defineRule({
  id: "min-replicas-unmet",
  category: "replication",
  issue: "Writes are refused: fewer good replicas than min-replicas-to-write",
  priorities: ["critical"],
  reason:
    "With fewer replicas than min-replicas-to-write that acknowledged within min-replicas-max-lag, the primary answers every write with NOREPLICAS.",
  source: "redis.io documentation",
  needs: ["replication", "config"],
  check({ replication, config }, { node }) {
    if (replication.role !== "primary") return notApplicable("a replica");
    const required = settingNumber(config, "min-replicas-to-write");
    const maxLagSeconds = settingNumber(config, "min-replicas-max-lag");
    if (required === null || maxLagSeconds === null)
      return cannotJudge("CONFIG does not show min-replicas-to-write and min-replicas-max-lag");
    if (required === 0 || maxLagSeconds === 0) return notApplicable("min-replicas-to-write is off");
    const good = replication.minReplicasGood;
    if (good === null) return cannotJudge("INFO does not show min_slaves_good_slaves");
    if (good >= required) return null;
    return {
      priority: "critical",
      action:
        "Bring the replicas back; if accepting writes now matters more than having them replicated, lower min-replicas-to-write until they are.",
      evidence: [
        evidence(node, "min_slaves_good_slaves", good, "count"),
        evidence(node, "min-replicas-to-write", required, "count"),
        evidence(node, "min-replicas-max-lag", maxLagSeconds, "seconds"),
      ],
      commands: [serverCommand(node, "CONFIG", "SET", "min-replicas-to-write", String(good))],
    };
  },
});
