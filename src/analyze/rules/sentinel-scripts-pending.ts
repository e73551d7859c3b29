import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const sentinelScriptsPending = defineRule({
  id: "sentinel-scripts-pending",
  families: ["sentinel"],
  onlyIn: "sentinel check",
  category: "availability",
  issue: "Notification or reconfiguration scripts of the sentinel wait to run",
  priorities: ["low"],
  reason:
    "A sentinel runs 16 scripts at a time, ends one after 60 seconds and tries it again up to ten times; a queue means that somebody does not hear of failovers in time, or clients are not reconfigured.",
  source: "sentinel.c",
  needs: ["sentinelViews"],
  check({ sentinelViews: { pendingScripts } }, { node }) {
    if (pendingScripts === null) return cannotJudge("SENTINEL PENDING-SCRIPTS is refused");
    if (pendingScripts === 0) return null;
    return {
      priority: "low",
      action:
        "Look at what the scripts do (notification-script, client-reconfig-script): they fail, hang, or are too slow.",
      evidence: [evidence(node, "SENTINEL PENDING-SCRIPTS", pendingScripts, "count")],
      commands: [serverCommand(node, "SENTINEL", "PENDING-SCRIPTS")],
    };
  },
});
