import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { settingNumber } from "../server-settings.js";

export const latencyMonitorOff = defineRule({
  id: "latency-monitor-off",
  category: "configuration",
  issue: "The latency monitor is off",
  priorities: ["info"],
  reason:
    "With latency-monitor-threshold 0, the default, spikes from forks, disk, expiry and eviction leave no trace; 100 ms is the value that LATENCY DOCTOR proposes, and the monitor costs almost nothing.",
  source: "LATENCY DOCTOR",
  needs: ["config"],
  check({ config }, { node }) {
    const thresholdMs = settingNumber(config, "latency-monitor-threshold");
    if (thresholdMs === null) return cannotJudge("CONFIG does not show latency-monitor-threshold");
    if (thresholdMs > 0) return null;
    return {
      priority: "info",
      action: "Enable the latency monitor, then CONFIG REWRITE so that a restart keeps it.",
      evidence: [evidence(node, "latency-monitor-threshold", thresholdMs, "milliseconds")],
      commands: [serverCommand(node, "CONFIG", "SET", "latency-monitor-threshold", "100")],
    };
  },
});
