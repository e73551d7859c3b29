import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { hasSavePoints } from "../server-settings.js";

export const rdbStale = defineRule({
  id: "rdb-stale",
  category: "persistence",
  issue: "Changes have not been saved to an RDB file for days",
  priorities: ["low", "high"],
  reason:
    "Save points are set, so somebody counts on snapshots, yet a restart now would lose the changes of two days; awesome-prometheus-alerts takes a backup older than that for missing.",
  source: "awesome-prometheus-alerts",
  thresholds: { hours: { default: 48, unit: "count" } },
  needs: ["persistence", "config"],
  check({ persistence, config }, { node, target, thresholds, nowMs }) {
    const savePoints = hasSavePoints(config);
    const { rdbLastSaveTime, rdbChangesSinceLastSave } = persistence;
    if (savePoints === null) return cannotJudge("CONFIG does not show save");
    if (!savePoints) return notApplicable("no save points are set");
    if (rdbLastSaveTime === null || rdbChangesSinceLastSave === null)
      return cannotJudge("INFO does not show rdb_last_save_time and rdb_changes_since_last_save");
    const ageSeconds = nowMs / 1_000 - rdbLastSaveTime;
    if (ageSeconds <= thresholds.hours * 3_600 || rdbChangesSinceLastSave === 0) return null;
    return {
      // A cache can be filled again.
      priority: target.role === "cache" ? "low" : "high",
      action: "Save now, and find out why the save points did not: too few changes for them, or saves that fail.",
      evidence: [
        evidence(node, "rdb_last_save_time age", Math.round(ageSeconds), "seconds"),
        evidence(node, "rdb_changes_since_last_save", rdbChangesSinceLastSave, "count"),
        evidence(node, "save", config["save"] ?? null),
      ],
      // A second BGSAVE during a running one is refused.
      commands: persistence.rdbBgsaveInProgress === true ? [] : [serverCommand(node, "BGSAVE")],
    };
  },
});
