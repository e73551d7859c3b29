import { defineRule, evidence, notApplicable } from "../rule.js";

export const sentinelFailureSimulated = defineRule({
  id: "sentinel-failure-simulated",
  families: ["sentinel"],
  category: "availability",
  issue: "The sentinel is told to crash during the next failover (SENTINEL SIMULATE-FAILURE)",
  priorities: ["high"],
  reason: "The flag is for tests; nobody wants it on a sentinel that guards data.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  check({ sentinel: { simulateFailureFlags } }, { node }) {
    if (simulateFailureFlags === null) return notApplicable("INFO has no sentinel_simulate_failure_flags");
    if (simulateFailureFlags === 0) return null;
    return {
      priority: "high",
      action: "Restart this sentinel: its flags begin at 0. No command takes them back.",
      evidence: [evidence(node, "sentinel_simulate_failure_flags", simulateFailureFlags, "count")],
    };
  },
});
