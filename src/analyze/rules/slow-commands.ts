import type { Fact } from "../../model/fact.js";
import type { ConfigFacts, SlowlogEntry } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand, type CannotJudge } from "../rule.js";
import { slowlogSettings } from "../server-settings.js";

const namedCommands = 5;

export const slowCommands = defineRule({
  id: "slow-commands",
  category: "latency",
  issue: "Slow commands hold up every other client",
  priorities: ["info", "medium"],
  reason:
    "Commands run one at a time, so all clients wait for a slow one; Zabbix alarms above one new slow log entry a second, and 20 ms for one command shows in any client's tail latency. Only commands of 10 ms and more are counted, the server's own default, so that a slow log that records everything raises no alarm.",
  source: "Zabbix, Datadog",
  thresholds: {
    perSecond: { default: 1, unit: "per-second" },
    longestMs: { default: 20, unit: "milliseconds" },
    countedFromMs: { default: 10, unit: "milliseconds" },
  },
  needs: ["slowlog"],
  // Tells an empty slow log from one that is off.
  wants: ["config"],
  check({ slowlog }, { node, thresholds }, { config }) {
    const settings = config.ok ? slowlogSettings(config.value) : null;
    if (settings?.records === false) return notApplicable("the slow log records nothing (see slowlog-off)");
    const slow = slowlog.entries.filter(({ usec }) => usec >= thresholds.countedFromMs * 1_000);
    // The log keeps only its newest entries: the full number is comparable when all of them are slow by definition.
    const allAreSlow = settings !== null && settings.slowerThanUsec >= thresholds.countedFromMs * 1_000;
    const count = allAreSlow ? slowlog.newCount : slow.length;
    const sampled = slowlog.basis === "sample";
    // A log whose oldest entry is a moment old says nothing about a rate.
    const rate = count / Math.max(slowlog.seconds, sampled ? 1 : 60);
    const longestMs = Math.max(0, ...slow.map(({ usec }) => usec / 1_000));
    const frequent = rate > thresholds.perSecond;
    if (!frequent && longestMs <= thresholds.longestMs) return settings === null ? unseen(config) : null;
    return {
      // One long command in a log that goes back for weeks is history; a high rate over the whole log is not.
      priority: sampled || frequent ? "medium" : "info",
      action:
        "Replace the named commands by bounded ones (SCAN instead of KEYS, ranges instead of whole collections, UNLINK instead of DEL), or split the keys they read: cachectl bigkeys names the largest.",
      confidence: sampled ? "high" : "low",
      evidence: [
        evidence(node, "slow log entries", count, "count"),
        ...worstByCommand(slow).map(([command, usec]) =>
          evidence(node, `slowest ${command}`, usec / 1_000, "milliseconds"),
        ),
        evidence(node, sampled ? "sample window" : "since the oldest slow log entry", slowlog.seconds, "seconds"),
      ],
      commands: [serverCommand(node, "SLOWLOG", "GET", "10")],
    };
  },
});

function unseen(config: Fact<ConfigFacts>): CannotJudge {
  return cannotJudge(config.ok ? "CONFIG does not show slowlog-log-slower-than and slowlog-max-len" : config.reason);
}

/** Command → its worst µs, slowest first. */
function worstByCommand(entries: readonly SlowlogEntry[]): [string, number][] {
  const worst = new Map<string, number>();
  for (const { command, usec } of entries) worst.set(command, Math.max(usec, worst.get(command) ?? 0));
  return [...worst].sort(([, a], [, b]) => b - a).slice(0, namedCommands);
}
