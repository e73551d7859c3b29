import { verbLine } from "../../model/shell-quote.js";
import { contestedSlots } from "../../model/slot-owners.js";
import { countSlots, formatRanges } from "../../model/slot-ranges.js";
import { defineTargetRule, evidence, serverCommand, shellLine } from "../rule.js";

// A partition leaves one group; more are not worth a line each.
const mostGroups = 10;

export const clusterSlotsMultiplyOwned = defineTargetRule({
  id: "cluster-slots-multiply-owned",
  category: "cluster",
  issue: "Several primaries claim the same hash slots",
  priorities: ["critical"],
  reason:
    "Each of them takes writes for these slots, and when the claim is settled (by the higher epoch) the other's writes are gone.",
  source: "cachectl",
  needs: ["clusterView"],
  check(views, { target }) {
    const contested = contestedSlots(views);
    if (contested.length === 0) return null;
    return {
      priority: "critical",
      action:
        "Stop writing to these slots if you can. Check that these nodes reach each other's cluster bus, then let cachectl cluster fix settle them: it moves keys, and deletes none.",
      // The views are taken one after another, so a move that is just ending looks like this for a moment.
      confidence: "medium",
      evidence: contested
        .slice(0, mostGroups)
        .flatMap(({ slots, owners }) =>
          owners.map((node) => evidence(node, `claims ${countSlots(slots)} slots`, formatRanges(slots))),
        ),
      commands: [
        shellLine(verbLine("cluster fix", target.name)),
        ...[...new Set(contested.flatMap(({ owners }) => owners))].map((node) =>
          serverCommand(node, "CLUSTER", "NODES"),
        ),
      ],
    };
  },
});
