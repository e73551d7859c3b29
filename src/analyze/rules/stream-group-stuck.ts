import { wasteFinding } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const streamGroupStuck = defineKeyspaceRule({
  id: "stream-group-stuck",
  category: "keyspace",
  issue: "Stream entries that no consumer reads or acknowledges",
  priorities: ["medium"],
  reason:
    "An entry that was delivered and not acknowledged was not worked off, or was and is kept in the pending list for good: work is lost, and the list grows. A group that lost its last consumer keeps everybody from trimming the stream.",
  source: "Redis documentation (XPENDING, XAUTOCLAIM)",

  needs: ["scan", "waste"],
  rests: "every-key",
  check(facts, { target }) {
    return wasteFinding("stuck-consumer-groups", facts, target, ({ items }) => ({
      priority: "medium",
      // Groups that do not acknowledge and groups that nobody reads ask for different things.
      action: [...new Set(items.map(({ advice }) => advice))].join(" "),
    }));
  },
});
