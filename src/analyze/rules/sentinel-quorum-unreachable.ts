import { monitoredMasters } from "../monitored-masters.js";
import { defineTargetRule, evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelQuorumUnreachable = defineTargetRule({
  id: "sentinel-quorum-unreachable",
  families: ["sentinel"],
  category: "availability",
  issue: "The quorum is higher than the number of sentinels: the master can never be declared down",
  priorities: ["high"],
  reason:
    "A failover begins when as many sentinels as the quorum agree that the master is down; with fewer sentinels than that it never does.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  check(views) {
    return monitoredMasters(views).flatMap(([name, watching]): Draft[] => {
      const short = watching.filter(({ master: { quorum, otherSentinels } }) =>
        quorum === null || otherSentinels === null ? false : quorum > otherSentinels + 1,
      );
      if (short.length === 0) return [];
      return [
        {
          priority: "high",
          action:
            "Set the quorum to a majority of the sentinels on each of them, or bring up the ones that are missing.",
          evidence: short.flatMap(({ node, master }) => [
            evidence(node, `quorum of ${name}`, master.quorum, "count"),
            evidence(node, "sentinels that it knows, itself included", (master.otherSentinels ?? 0) + 1, "count"),
          ]),
          commands: short.map(({ node, master }) => {
            const majority = Math.floor(((master.otherSentinels ?? 0) + 1) / 2) + 1;
            return serverCommand(node, "SENTINEL", "SET", name, "quorum", String(majority));
          }),
        },
      ];
    });
  },
});
