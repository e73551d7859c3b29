import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { eventPriority, growth, windowConfidence, windowEvidence } from "../window.js";

export const aofFsyncDelayed = defineRule({
  id: "aof-fsync-delayed",
  category: "persistence",
  issue: "The disk does not keep up with the fsync of the append-only file",
  priorities: ["info", "medium"],
  reason:
    "The server waits with its write while an earlier fsync runs, at most two seconds, then it blocks; more writes are lost in a crash. A single pending fsync may be one just begun, so alone it counts with low confidence.",
  source: "cachectl",
  needs: ["persistence", "window"],
  check({ persistence, window }, { node }) {
    const { aofEnabled, aofPendingBioFsync } = persistence;
    if (aofEnabled === null) return cannotJudge("INFO does not show aof_enabled");
    if (!aofEnabled) return notApplicable("the AOF is off");
    const delayed = growth(window, "aof_delayed_fsync");
    if (delayed === null || aofPendingBioFsync === null)
      return cannotJudge("INFO does not show aof_delayed_fsync and aof_pending_bio_fsync over the whole window");
    if (delayed === 0 && aofPendingBioFsync === 0) return null;
    return {
      // A pending fsync alone has often just begun: with appendfsync everysec a busy healthy server shows one every second.
      priority: delayed > 0 ? eventPriority(window, "medium") : "info",
      action:
        "Move the AOF to a faster local disk with nothing else on it; where losing the writes of one rewrite is acceptable, set no-appendfsync-on-rewrite to yes.",
      confidence: delayed > 0 ? windowConfidence(window) : "low",
      evidence: [
        evidence(node, "aof_delayed_fsync", delayed, "count"),
        evidence(node, "aof_pending_bio_fsync", aofPendingBioFsync, "count"),
        windowEvidence(node, window),
      ],
      commands: [serverCommand(node, "INFO", "persistence"), serverCommand(node, "LATENCY", "LATEST")],
    };
  },
});
