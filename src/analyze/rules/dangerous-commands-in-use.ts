import type { Evidence } from "../../model/finding.js";
import type { NodeIdentity } from "../../model/node.js";
import { toHundredth } from "../round.js";
import { defineRule, evidence, serverCommand, type Draft } from "../rule.js";
import { eventPriority, windowEvidence } from "../window.js";

/** Dangerous whatever they took: O(N) over the whole keyspace, gone with all data, or a copy of all traffic. */
const always = ["keys", "flushall", "flushdb", "sort", "sort_ro", "monitor"];
/** Harmless on small collections, so only their cost shows the danger. */
const whenSlow = ["smembers", "hgetall", "lrange"];

export const dangerousCommandsInUse = defineRule({
  id: "dangerous-commands-in-use",
  category: "latency",
  issue: "Commands that block the server or wipe data are in use",
  priorities: ["info", "medium"],
  reason:
    "KEYS, SORT and reads of whole large collections are O(N) and hold up every client, FLUSHALL and FLUSHDB empty the data, MONITOR can halve the throughput; a millisecond per call on average means that the collections are large.",
  source: "redis.io documentation",
  thresholds: { averageUsec: { default: 1_000, unit: "microseconds" } },
  needs: ["window", "commandStats"],
  check({ window, commandStats }, { node, thresholds }) {
    const recent = dangerousIn(window.commands, thresholds.averageUsec);
    if (recent.length > 0) return draft(node, recent, eventPriority(window, "medium"), [windowEvidence(node, window)]);
    const past = dangerousIn(commandStats, thresholds.averageUsec);
    return past.length > 0 ? draft(node, past, "info", [evidence(node, "counted since", "server start")]) : null;
  },
});

interface Used {
  command: string;
  calls: number;
  averageUsec: number;
}

function dangerousIn(commands: Record<string, { calls: number; usec: number }>, averageUsec: number): Used[] {
  return [...always, ...whenSlow].flatMap((command) => {
    const { calls, usec } = commands[command] ?? { calls: 0, usec: 0 };
    const used = { command, calls, averageUsec: usec / calls };
    const dangerous = calls > 0 && (always.includes(command) || used.averageUsec >= averageUsec);
    return dangerous ? [used] : [];
  });
}

function draft(node: NodeIdentity, used: readonly Used[], priority: Draft["priority"], basis: Evidence[]): Draft {
  return {
    priority,
    action:
      "Find the client (CLIENT LIST shows its last command) and use SCAN for KEYS, HSCAN, SSCAN and bounded LRANGE for whole reads, UNLINK by prefix for FLUSH*; take the rest away from application users with ACL -@dangerous.",
    evidence: [
      ...used.flatMap(({ command, calls, averageUsec }) => [
        evidence(node, `cmdstat_${command} calls`, calls, "count"),
        evidence(node, `cmdstat_${command} usec_per_call`, toHundredth(averageUsec), "microseconds"),
      ]),
      ...basis,
    ],
    commands: [serverCommand(node, "INFO", "commandstats"), serverCommand(node, "CLIENT", "LIST")],
  };
}
