import type { Fact } from "../../model/fact.js";
import type { Command } from "../../model/finding.js";
import type { ConfigFacts } from "../../model/facts.js";
import type { NodeIdentity } from "../../model/node.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { eventPriority, growth, windowConfidence, windowEvidence } from "../window.js";

export const expiredBacklog = defineRule({
  id: "expired-backlog",
  category: "keyspace",
  issue: "Expired keys are removed too slowly and still fill memory",
  priorities: ["info", "medium"],
  reason:
    "The expire cycle aims at no more than 10 % stale keys among those with a TTL and stops when it has used up its share of the CPU; above that, dead keys hold memory.",
  source: "cachectl, valkey.conf",
  thresholds: {
    stalePercent: { default: 10, unit: "percent" },
    timeCapReached: { default: 0, unit: "count" },
  },
  needs: ["counters", "window", "replication"],
  // Only for the command: the present effort.
  wants: ["config"],
  check({ counters, window, replication }, { node, thresholds }, { config }) {
    if (replication.role === "replica") return notApplicable("a replica does not expire keys by itself");
    const effort = activeExpireEffort(config);
    const stalePercent = counters.expired_stale_perc;
    const capReached = growth(window, "expired_time_cap_reached_count");
    const stale = stalePercent !== undefined && stalePercent > thresholds.stalePercent;
    const capped = capReached !== null && capReached > thresholds.timeCapReached;
    if (!stale && !capped)
      return stalePercent === undefined || capReached === null
        ? cannotJudge("INFO does not show expired_stale_perc and expired_time_cap_reached_count")
        : null;
    return {
      // The share of stale keys is an estimate of now, the time cap an event that may be long past.
      priority: stale ? "medium" : eventPriority(window, "medium"),
      action:
        "Raise active-expire-effort step by step (up to 10, it costs CPU), spread TTLs so that keys do not expire together, then CONFIG REWRITE so that a restart keeps it.",
      confidence: stale ? "high" : windowConfidence(window),
      evidence: [
        evidence(node, "expired_stale_perc", stalePercent ?? null, "percent"),
        evidence(node, "expired_time_cap_reached_count", capReached, "count"),
        evidence(node, "active-expire-effort", effort, "count"),
        windowEvidence(node, window),
      ],
      commands: moreEffort(node, effort),
    };
  },
});

/** null: not known. */
function activeExpireEffort(config: Fact<ConfigFacts>): number | null {
  const effort = Number((config.ok ? config.value["active-expire-effort"] : undefined) ?? Number.NaN);
  return Number.isNaN(effort) ? null : effort;
}

/** Three steps up: enough to see an effect, far from the 43 % of a core that 10 may take. */
function moreEffort(node: NodeIdentity, effort: number | null): Command[] {
  if (effort === null || effort >= 10) return [];
  return [serverCommand(node, "CONFIG", "SET", "active-expire-effort", String(Math.min(10, effort + 3)))];
}
