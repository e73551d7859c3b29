import type { ConfigFacts, ReplicationFacts } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { hasSavePoints } from "../server-settings.js";

const consequences = {
  none: "The last RDB save failed",
  refusesWrites: "The last RDB save failed, so the server refuses writes",
  willAbort: "The last RDB save failed, so the replica aborts at the next write of its primary",
} as const;

export const rdbFailed = defineRule({
  id: "rdb-failed",
  category: "persistence",
  issue: consequences.none,
  priorities: ["low", "high", "critical"],
  reason:
    "There is no recent snapshot to restart from. While save points are set and stop-writes-on-bgsave-error is yes, a primary answers every write with MISCONF, and from 7.0 on a replica ends itself rather than apply a write (replica-ignore-disk-write-errors no).",
  source: "Charmed Valkey, Zabbix",
  needs: ["persistence", "replication"],
  // What the failure leads to. Managed services refuse CONFIG, and a failed save is one without it, too.
  wants: ["config"],
  check({ persistence, replication }, { node, target }, { config: configFact }) {
    const { rdbLastBgsaveStatus } = persistence;
    if (rdbLastBgsaveStatus === null) return cannotJudge("INFO does not show rdb_last_bgsave_status");
    if (rdbLastBgsaveStatus === "ok") return null;
    const config: ConfigFacts = configFact.ok ? configFact.value : {};
    const stopsWrites = config["stop-writes-on-bgsave-error"] === "yes";
    const consequence = stopsWrites ? consequenceOf(config, replication) : "none";
    const settings = ["stop-writes-on-bgsave-error", "save", "dir"];
    return {
      // A cache can be filled again, as long as it goes on serving.
      priority: consequence !== "none" ? "critical" : target.role === "cache" ? "low" : "high",
      issue: consequences[consequence],
      action:
        "Look in the server's log for the cause: a full or read-only disk, a missing directory, or no memory to fork (vm.overcommit_memory should be 1); mend it, then save again.",
      evidence: [
        evidence(node, "rdb_last_bgsave_status", rdbLastBgsaveStatus),
        ...settings.map((name) => evidence(node, name, config[name] ?? null)),
      ],
      confidence: settings.every((name) => config[name] !== undefined) ? "high" : "medium",
      // Until the cause is gone a save fails as before and harms nothing.
      commands: [serverCommand(node, "BGSAVE")],
    };
  },
});

/**
 * What stop-writes-on-bgsave-error does at this node. Without save points it has no effect: such a server keeps writing.
 * A replica of Redis 6 lacks replica-ignore-disk-write-errors and applies whatever its primary sends.
 */
function consequenceOf(config: ConfigFacts, replication: ReplicationFacts): keyof typeof consequences {
  if (hasSavePoints(config) !== true) return "none";
  if (replication.role === "primary") return "refusesWrites";
  return config["replica-ignore-disk-write-errors"] === "no" ? "willAbort" : "none";
}
