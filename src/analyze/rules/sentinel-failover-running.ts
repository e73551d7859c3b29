import { monitoredMasters } from "../monitored-masters.js";
import { defineTargetRule, evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelFailoverRunning = defineTargetRule({
  id: "sentinel-failover-running",
  families: ["sentinel"],
  category: "availability",
  issue: "A failover is in progress",
  priorities: ["medium"],
  reason:
    "It takes seconds, and failover-timeout at most; until it has ended, roles, addresses and replicas are in motion and a look at them says little.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  check(views) {
    return monitoredMasters(views).flatMap(([name, watching]): Draft[] => {
      const leading = watching.filter(({ master }) => master.flags.includes("failover_in_progress"));
      if (leading.length === 0) return [];
      return [
        {
          priority: "medium",
          action:
            "Change nothing, and check again when it has ended. If it never ends, the log of this sentinel says why.",
          evidence: leading.map(({ node, master }) => evidence(node, `flags of ${name}`, master.flags.join(","))),
          commands: leading.map(({ node }) => serverCommand(node, "SENTINEL", "MASTER", name)),
        },
      ];
    });
  },
});
