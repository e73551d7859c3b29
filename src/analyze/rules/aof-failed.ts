import { cannotJudge, defineRule, evidence, notApplicable, serverCommand, type Draft } from "../rule.js";

export const aofFailed = defineRule({
  id: "aof-failed",
  category: "persistence",
  issue: "The append-only file cannot be written",
  priorities: ["medium", "critical"],
  reason:
    "After a failed write the server refuses writes with MISCONF until it succeeds; after a failed rewrite the file grows until it fills the disk.",
  source: "Charmed Valkey, Zabbix",
  needs: ["persistence"],
  check({ persistence }, { node, target }) {
    const { aofEnabled, aofLastWriteStatus, aofLastBgrewriteStatus } = persistence;
    if (aofEnabled === null) return cannotJudge("INFO does not show aof_enabled");
    if (!aofEnabled) return notApplicable("the AOF is off");
    if (aofLastWriteStatus === null || aofLastBgrewriteStatus === null)
      return cannotJudge("INFO does not show aof_last_write_status and aof_last_bgrewrite_status");
    const drafts: Draft[] = [];
    if (aofLastWriteStatus !== "ok")
      drafts.push({
        priority: "critical",
        action: "Free space on the disk or mend its fault: the server tries again every second by itself.",
        evidence: [evidence(node, "aof_last_write_status", aofLastWriteStatus)],
        commands: [serverCommand(node, "CONFIG", "GET", "dir")],
      });
    if (aofLastBgrewriteStatus !== "ok")
      drafts.push({
        // The file of a cache that fails to shrink does not stop it, and its content can be filled again.
        priority: target.role === "cache" ? "medium" : "critical",
        issue: "The last rewrite of the append-only file failed",
        action: "Look in the server's log for the cause (disk space, memory to fork), mend it, then rewrite again.",
        evidence: [evidence(node, "aof_last_bgrewrite_status", aofLastBgrewriteStatus)],
        commands: [serverCommand(node, "BGREWRITEAOF")],
      });
    return drafts;
  },
});
