import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const nearEmptyCollections = defineKeyspaceRule({
  id: "near-empty-collections",
  category: "memory",
  issue: "Many collections hold one element",
  priorities: ["info", "low"],
  reason:
    "A collection of one costs a key and a container for what a string would hold. Worth the work from a tenth of the memory and 100 MB on.",
  source: "cachectl",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("near-empty-collections", facts, target, ({ savedBytes }) => ({
      priority: priorityByGain(savedBytes, facts, thresholds),
      action: "Store single values as strings, or put what belongs together into one collection.",
    }));
  },
});
