import { wasteFinding } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const sessionsWithoutTtl = defineKeyspaceRule({
  id: "sessions-without-ttl",
  category: "keyspace",
  issue: "Sessions and tokens have no TTL",
  priorities: ["medium"],
  reason: "A session that never expires stays in memory for good, and whoever has its id stays logged in.",
  source: "cachectl",

  needs: ["scan", "waste"],
  rests: "every-key",
  check(facts, { target }) {
    return wasteFinding("sessions-without-ttl", facts, target, () => ({
      priority: "medium",
      action:
        "Set a TTL when a session is written and renew it when it is used; give the present ones one with EXPIRE in a scan.",
    }));
  },
});
