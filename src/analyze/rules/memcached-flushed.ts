import { cannotJudge, defineRule, evidence } from "../rule.js";
import { eventPriority, growth, windowEvidence } from "../window.js";

export const memcachedFlushed = defineRule({
  id: "memcached-flushed",
  families: ["memcached"],
  category: "keyspace",
  issue: "The whole cache was invalidated with flush_all",
  priorities: ["info", "medium"],
  reason: "Every key is a miss at once, and the load of the whole cache falls on what stands behind it.",
  source: "cachectl",
  needs: ["memcachedWindow"],
  check({ memcachedWindow }, { node }) {
    const flushes = growth(memcachedWindow, "cmd_flush");
    if (flushes === null) return cannotJudge("stats does not show cmd_flush");
    if (flushes === 0) return null;
    return {
      priority: eventPriority(memcachedWindow, "medium"),
      action: "Find who flushes and invalidate by key or by a version in the key name; -F turns flush_all off.",
      evidence: [evidence(node, "cmd_flush", flushes, "count"), windowEvidence(node, memcachedWindow)],
    };
  },
});
