import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const aofFsyncAlways = defineRule({
  id: "aof-fsync-always",
  category: "persistence",
  issue: "Every write waits for the disk: appendfsync is always",
  priorities: ["info"],
  reason:
    "LATENCY DOCTOR finds good performance very hard to get this way; everysec loses at most about a second of writes in a crash.",
  source: "LATENCY DOCTOR",
  needs: ["config"],
  check({ config }, { node }) {
    const { appendonly, appendfsync } = config;
    if (appendonly === undefined || appendfsync === undefined)
      return cannotJudge("CONFIG does not show appendonly and appendfsync");
    if (appendonly !== "yes") return notApplicable("the AOF is off");
    if (appendfsync !== "always") return null;
    return {
      priority: "info",
      action:
        "Keep it if no acknowledged write may be lost; else set appendfsync to everysec, then CONFIG REWRITE so that a restart keeps it.",
      evidence: [evidence(node, "appendfsync", appendfsync)],
      commands: [serverCommand(node, "CONFIG", "SET", "appendfsync", "everysec")],
    };
  },
});
