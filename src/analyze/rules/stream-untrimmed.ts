import { wasteFinding } from "../keyspace/waste-finding.js";
import { defineKeyspaceRule } from "../rule.js";

export const streamUntrimmed = defineKeyspaceRule({
  id: "stream-untrimmed",
  category: "keyspace",
  issue: "Streams are never trimmed",
  priorities: ["low", "medium"],
  reason:
    "Reading and acknowledging take nothing from a stream: without MAXLEN or MINID it grows until memory ends. From 100 MB on that is near.",
  source: "Redis documentation (XADD, XTRIM)",
  thresholds: { mediumBytes: { default: 100 * 2 ** 20, unit: "bytes" } },
  needs: ["scan", "waste"],
  rests: "every-key",
  check(facts, { target, thresholds }) {
    return wasteFinding("untrimmed-streams", facts, target, ({ bytes }) => ({
      priority: (bytes ?? 0) >= thresholds.mediumBytes ? "medium" : "low",
      action:
        "Trim with every write (XADD key MAXLEN ~ n, or MINID ~ for an age). Before present entries are trimmed, see that no consumer group still needs them: XTRIM cannot be undone.",
    }));
  },
});
