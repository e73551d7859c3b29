import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const largeValues = defineKeyspaceRule({
  id: "large-values",
  category: "keyspace",
  issue: "Values over 100 KB",
  priorities: ["info", "low"],
  reason:
    "From 100,000 bytes on a value costs more to move than to look up, and each read keeps the others waiting (RedisInsight's limit). Worth the work from a tenth of the memory and 100 MB on; single values over 1 MB are big-string's.",
  source: "RedisInsight",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("large-values", facts, target, ({ bytes }) => ({
      priority: priorityByGain(bytes, facts, thresholds),
      action: "Store less in one value: split it by what is read together, compress it, or keep it in an object store.",
    }));
  },
});
