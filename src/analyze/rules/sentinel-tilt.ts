import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const sentinelTilt = defineRule({
  id: "sentinel-tilt",
  families: ["sentinel"],
  category: "availability",
  issue: "The sentinel is in TILT mode: it watches, but takes part in no failover",
  priorities: ["medium"],
  reason:
    "A sentinel whose timer came more than 2 seconds late (or whose clock jumped) does not trust itself until 30 seconds have passed without that.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  check({ sentinel: { tilt } }, { node }) {
    if (tilt === null) return cannotJudge("INFO does not show sentinel_tilt");
    if (!tilt) return null;
    return {
      priority: "medium",
      action:
        "Look again after 30 seconds; if it comes back, find out what holds the process up: a host without CPU time or that swaps, a paused virtual machine, a clock that is set in jumps.",
      evidence: [evidence(node, "sentinel_tilt", 1, "count")],
      commands: [serverCommand(node, "INFO", "sentinel")],
    };
  },
});
