import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const collectionsOverCompactLimit = defineKeyspaceRule({
  id: "collections-over-compact-limit",
  category: "memory",
  issue: "Collections are just over the limit of the compact encoding",
  priorities: ["info", "low"],
  reason:
    "Up to hash-max-listpack-entries, set-max-intset-entries and their kin a collection is one compact block; one element more and it takes several times the memory. Worth a setting from a tenth of the memory and 100 MB on.",
  source: "Redis documentation (memory optimization), RedisInsight",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("just-over-compact-limit", facts, target, ({ savedBytes }) => ({
      priority: priorityByGain(savedBytes, facts, thresholds),
      action:
        "Raise the limit of this type (CONFIG SET, then CONFIG REWRITE) somewhat: access within a compact block takes time by its length, so stay at or below 1,000 entries. Present collections change only when they are written anew.",
    }));
  },
});
