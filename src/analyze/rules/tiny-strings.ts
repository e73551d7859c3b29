import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const tinyStrings = defineKeyspaceRule({
  id: "tiny-strings",
  category: "memory",
  issue: "Many tiny strings, whose overhead weighs more than they do",
  priorities: ["info", "low"],
  reason:
    "Each key costs some 50 to 80 bytes beside its name and value, a field of a compact hash only a few (RedisInsight advises from strings under 200 bytes on). Worth the work from a tenth of the memory and 100 MB on.",
  source: "Redis documentation (memory optimization), RedisInsight",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("tiny-strings", facts, target, ({ savedBytes }) => ({
      priority: priorityByGain(savedBytes, facts, thresholds),
      action:
        "Group them into hashes of up to some hundred fields. What is lost: a TTL for each (fields have one only from Redis 7.4 and Valkey 9.0 on), and every client that reads them must change.",
    }));
  },
});
