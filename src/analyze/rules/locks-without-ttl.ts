import { wasteFinding } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const locksWithoutTtl = defineKeyspaceRule({
  id: "locks-without-ttl",
  category: "keyspace",
  issue: "Locks have no TTL",
  priorities: ["medium"],
  reason:
    "When the holder of a lock dies, only the TTL sets it free: without one, everybody waits until somebody deletes it by hand.",
  source: "Redis documentation (distributed locks)",

  needs: ["scan", "waste"],
  rests: "every-key",
  check(facts, { target }) {
    return wasteFinding("locks-without-ttl", facts, target, () => ({
      priority: "medium",
      action:
        "Take locks with SET key token NX PX milliseconds, in one command, and release them only with the own token. See who holds the present ones before one is deleted.",
    }));
  },
});
