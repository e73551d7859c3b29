import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const longKeyNames = defineKeyspaceRule({
  id: "long-key-names",
  category: "memory",
  issue: "Key names are very long",
  priorities: ["info", "low"],
  reason:
    "Each key stores its whole name, and every command sends it. Over 100 bytes the name often outweighs the value. Worth the work from a tenth of the memory and 100 MB on.",
  source: "RedisInsight",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("long-names", facts, target, ({ savedBytes }) => ({
      priority: priorityByGain(savedBytes, facts, thresholds),
      action: "Shorten the constant parts of the names, or replace long parts by their hash.",
    }));
  },
});
