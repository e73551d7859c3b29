import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand } from "../rule.js";

export const sentinelQuorumLow = defineSentinelRule({
  id: "sentinel-quorum-low",
  category: "availability",
  issue: "The quorum is below a majority of the sentinels",
  priorities: ["low", "medium"],
  reason:
    "The quorum decides when a master is held for down. With 1, one sentinel behind a bad link starts elections; below a majority, a minority does. A majority must still agree to the failover itself.",
  source: "redis.io documentation",
  asks: "sentinels",
  judge(group) {
    // Those that exist: a stale one that is still counted is no reason to raise the quorum.
    const count = group.voices.length + group.silent.length;
    const majority = Math.floor(count / 2) + 1;
    const low = group.agreeing.filter(({ master: { quorum } }) => quorum !== null && quorum < majority);
    if (count < 2 || low.length === 0) return [];
    const alone = low.some(({ master }) => master.quorum === 1);
    return [
      {
        priority: alone ? "medium" : "low",
        issue: alone
          ? "The quorum is 1: a single sentinel can declare the master down"
          : "The quorum is below a majority of the sentinels",
        action: "Set the quorum to a majority, unless a quicker and less certain failover is what you want.",
        evidence: low.flatMap(({ node, master }) => [
          evidence(node, `quorum of ${group.name}`, master.quorum, "count"),
          evidence(node, "sentinels", count, "count"),
        ]),
        commands: low.map(({ node }) => serverCommand(node, "SENTINEL", "SET", group.name, "quorum", String(majority))),
      },
    ];
  },
});
