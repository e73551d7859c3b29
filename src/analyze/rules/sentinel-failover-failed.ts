import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelFailoverFailed = defineSentinelRule({
  id: "sentinel-failover-failed",
  category: "availability",
  issue: "A failover was voted for and did not come to an end",
  priorities: ["medium"],
  reason:
    "A failover that succeeds gives the master the epoch of its election. Votes of a later epoch than the master's are of one that failed: nobody was elected, or no replica could be promoted in time.",
  source: "sentinel.c",
  asks: "sentinels",
  judge({ name, agreeing }): Draft[] {
    if (agreeing.some(({ master }) => master.flags.includes("failover_in_progress"))) return [];
    const failed = agreeing.flatMap(({ node, master }) => {
      const voted = Math.max(0, ...master.sentinelList.map(({ votedEpoch }) => votedEpoch ?? 0));
      return master.configEpoch !== null && voted > master.configEpoch ? [{ node, master, voted }] : [];
    });
    if (failed.length === 0) return [];
    return [
      {
        priority: "medium",
        confidence: "medium",
        action:
          "Look in the log of this sentinel for -failover-abort: it names the reason. The next attempt comes after twice failover-timeout, if the master is still down.",
        evidence: failed.flatMap(({ node, master, voted }) => [
          evidence(node, `voted-leader-epoch of ${name}`, voted, "count"),
          evidence(node, "config-epoch", master.configEpoch, "count"),
        ]),
        commands: failed.map(({ node }) => serverCommand(node, "SENTINEL", "SENTINELS", name)),
      },
    ];
  },
});
