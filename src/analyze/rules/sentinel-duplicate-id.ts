import { sameIds } from "../../model/sentinel-identity.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, shellLine } from "../rule.js";

export const sentinelDuplicateId = defineSentinelRule({
  id: "sentinel-duplicate-id",
  category: "availability",
  issue: "Two sentinels have one id: to the others they are a single one that keeps moving",
  priorities: ["high"],
  reason:
    "A configuration file that is copied together with its `sentinel myid` line makes two sentinels one voter; neither sees the other (redis#4652).",
  source: "redis#4652",
  asks: "sentinels",
  judge(group) {
    return sameIds(group).map(({ pair, id }) => ({
      priority: "high",
      confidence: id === null ? "medium" : "high",
      action:
        "Stop the one that was set up later, delete the line `sentinel myid …` from its configuration file and start it: it makes itself a new id.",
      evidence: pair.map(({ node }) =>
        id === null
          ? evidence(node, `does not list the other for ${group.name}`, "as with one id")
          : evidence(node, "SENTINEL MYID", id),
      ),
      commands: [
        shellLine(
          "sed -i '/^sentinel myid /d' /etc/redis/sentinel.conf  # its own path; while this sentinel is stopped",
        ),
      ],
    }));
  },
});
