import { latencyAdvice } from "../latency-events.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { settingNumber } from "../server-settings.js";

const hourMs = 3_600_000;

export const latencySpikes = defineRule({
  id: "latency-spikes",
  category: "latency",
  issue: "The server stalled",
  priorities: ["medium", "high"],
  reason:
    "While the server stalls nobody is answered: 100 ms is what LATENCY DOCTOR proposes to record, and after a second clients time out. The maximum stands until LATENCY RESET, so an old spike is reported with less confidence.",
  source: "LATENCY DOCTOR",
  thresholds: {
    mediumMs: { default: 100, unit: "milliseconds" },
    highMs: { default: 1_000, unit: "milliseconds" },
  },
  needs: ["latency"],
  // Tells an empty history from a monitor that is off.
  wants: ["config"],
  check({ latency }, { node, thresholds, nowMs }, { config }) {
    const monitorMs = config.ok ? settingNumber(config.value, "latency-monitor-threshold") : null;
    const events = Object.entries(latency);
    // What was recorded before the monitor was switched off is still shown, and still true.
    if (events.length === 0 && monitorMs === null)
      return cannotJudge(config.ok ? "CONFIG does not show latency-monitor-threshold" : config.reason);
    if (events.length === 0 && monitorMs === 0)
      return notApplicable("the latency monitor is off (see latency-monitor-off)");
    return events
      .filter(([, { maxMs }]) => maxMs >= thresholds.mediumMs)
      .map(([event, { lastTime, lastMs, maxMs }]) => ({
        priority: maxMs >= thresholds.highMs ? "high" : "medium",
        issue: `The server stalled: latency spikes of the event ${event}`,
        action: `${latencyAdvice(event)} Then clear the history with LATENCY RESET.`,
        confidence: nowMs - lastTime * 1_000 <= hourMs ? "high" : "medium",
        evidence: [
          evidence(node, `${event} max`, maxMs, "milliseconds"),
          evidence(node, `${event} latest`, lastMs, "milliseconds"),
          evidence(node, `${event} latest at`, new Date(lastTime * 1_000).toISOString()),
        ],
        commands: [serverCommand(node, "LATENCY", "HISTORY", event), serverCommand(node, "LATENCY", "RESET", event)],
      }));
  },
});
