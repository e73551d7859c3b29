import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { slowlogSettings } from "../server-settings.js";

/** The servers' own defaults. */
const defaultSlowerThanUsec = 10_000;
const defaultMaxEntries = 128;

export const slowlogOff = defineRule({
  id: "slowlog-off",
  category: "configuration",
  issue: "The slow log is off",
  priorities: ["info"],
  reason:
    "Without a slow log nobody can tell which command made the server slow; LATENCY DOCTOR asks for it. The server's default is 10 ms and 128 entries.",
  source: "LATENCY DOCTOR",
  needs: ["config"],
  check({ config }, { node }) {
    const slowlog = slowlogSettings(config);
    if (slowlog === null) return cannotJudge("CONFIG does not show slowlog-log-slower-than and slowlog-max-len");
    if (slowlog.records) return null;
    const { slowerThanUsec, maxEntries } = slowlog;
    const set = (name: string, value: number) => serverCommand(node, "CONFIG", "SET", name, String(value));
    return {
      priority: "info",
      action: "Enable the slow log, then CONFIG REWRITE so that a restart keeps it.",
      evidence: [
        evidence(node, "slowlog-log-slower-than", slowerThanUsec, "microseconds"),
        evidence(node, "slowlog-max-len", maxEntries, "count"),
      ],
      commands: [
        ...(slowerThanUsec < 0 ? [set("slowlog-log-slower-than", defaultSlowerThanUsec)] : []),
        ...(maxEntries <= 0 ? [set("slowlog-max-len", defaultMaxEntries)] : []),
      ],
    };
  },
});
