import { priorityByGain, wasteFinding, worthwhile } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const compressibleValues = defineKeyspaceRule({
  id: "compressible-values",
  category: "memory",
  issue: "Values would shrink much when compressed",
  priorities: ["info", "low"],
  reason:
    "Text and JSON shrink to a third or less at a few microseconds a kilobyte in the client. The saving is estimated from a few values; worth the work from a tenth of the memory and 100 MB on.",
  source: "cachectl",
  thresholds: worthwhile,
  needs: ["scan", "keyTotals", "waste"],
  rests: "shares",
  check(facts, { target, thresholds }) {
    return wasteFinding("compressible-values", facts, target, ({ savedBytes }) => ({
      priority: priorityByGain(savedBytes, facts, thresholds),
      action:
        "Compress these values in the client (LZ4 or zstd for speed, with a mark in front so that old ones can still be read).",
    }));
  },
});
