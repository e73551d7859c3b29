import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const jsonStrings = defineKeyspaceRule({
  id: "json-strings",
  category: "keyspace",
  issue: "JSON documents are kept as strings",
  priorities: ["info", "low"],
  reason:
    "To read or change one field the whole document is sent and parsed. A hash or the JSON type reaches fields by themselves and often takes less; worth the work from a tenth of the memory and 100 MB on.",
  source: "RedisInsight",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("json-strings", facts, target, ({ bytes }) => ({
      priority: priorityByGain(bytes, facts, thresholds),
      action:
        "Where fields are read or changed one by one, store a hash (or JSON, where the module is there). Where documents are always read whole, compress them instead.",
    }));
  },
});
