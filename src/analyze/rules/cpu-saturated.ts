import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { growth, isStartUp, startUpReason, windowConfidence, windowEvidence } from "../window.js";

export const cpuSaturated = defineRule({
  id: "cpu-saturated",
  category: "cpu",
  issue: "The main thread uses nearly a whole CPU core",
  priorities: ["high"],
  reason:
    "All commands run on one thread, so one full core is the end of what a server can do, whatever the host has left; vendors alarm at 70 % (Huawei DCS), 80 % (Azure) or 90 % (ElastiCache).",
  source: "Azure, AWS ElastiCache, Huawei DCS",
  thresholds: { percent: { default: 80, unit: "percent" } },
  needs: ["window"],
  check({ window }, { node, thresholds }) {
    if (window.seconds <= 0) return cannotJudge("the sample window has no length");
    const user = growth(window, "used_cpu_user_main_thread");
    const sys = growth(window, "used_cpu_sys_main_thread");
    const wholeUser = growth(window, "used_cpu_user");
    const wholeSys = growth(window, "used_cpu_sys");
    const mainThread = user !== null && sys !== null;
    // Before 6.2 only the whole process is reported. Its background threads are idle most of the time, but not always.
    const wholeProcess = wholeUser !== null && wholeSys !== null ? wholeUser + wholeSys : null;
    const seconds = mainThread ? user + sys : wholeProcess;
    if (seconds === null) return cannotJudge("INFO cpu does not show used_cpu_user and used_cpu_sys");
    const percent = (100 * seconds) / window.seconds;
    if (percent < thresholds.percent) return null;
    if (isStartUp(window)) return cannotJudge(startUpReason);
    const sampled = windowConfidence(window);
    return {
      priority: "high",
      action:
        "Find the commands that take the time (INFO commandstats, SLOWLOG) and make them cheaper; then read from replicas or shard.",
      confidence: sampled === "high" && !mainThread ? "medium" : sampled,
      evidence: [
        evidence(
          node,
          mainThread ? "used_cpu_user_main_thread + used_cpu_sys_main_thread" : "used_cpu_user + used_cpu_sys",
          Math.round(percent * 10) / 10,
          "percent",
        ),
        windowEvidence(node, window),
      ],
      commands: [serverCommand(node, "INFO", "commandstats"), serverCommand(node, "SLOWLOG", "GET", "10")],
    };
  },
});
