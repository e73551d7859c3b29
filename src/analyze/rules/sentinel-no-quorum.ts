import { votesNeeded } from "../../model/sentinel-group.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand } from "../rule.js";

export const sentinelNoQuorum = defineSentinelRule({
  id: "sentinel-no-quorum",
  category: "availability",
  issue: "Too few sentinels are usable for a failover",
  priorities: ["critical"],
  reason:
    "SENTINEL CKQUORUM counts the sentinels that this one reaches against the quorum and against a majority of all that it knows.",
  source: "redis.io documentation",
  asks: "sentinels",
  unseen: ({ agreeing }) =>
    agreeing
      .filter(({ master }) => master.quorumCheck === null)
      .map(({ node }) => `${node.address} does not answer SENTINEL CKQUORUM`),
  judge(group) {
    const { voters, quorum } = votesNeeded(group);
    // sentinel-quorum-unreachable says why.
    if (quorum > voters) return [];
    const without = group.agreeing.filter(({ master }) => master.quorumCheck?.startsWith("NOQUORUM") === true);
    if (without.length === 0) return [];
    return [
      {
        priority: "critical",
        action:
          "Bring the sentinels back that are down, and the links between them; those that are gone for good must be forgotten (sentinel-stale-entry).",
        evidence: without.flatMap(({ node, master }) => [
          evidence(node, `SENTINEL CKQUORUM ${group.name}`, master.quorumCheck),
          evidence(node, "quorum", master.quorum, "count"),
          evidence(node, "sentinels that it knows, itself included", master.sentinelList.length + 1, "count"),
        ]),
        commands: without.map(({ node }) => serverCommand(node, "SENTINEL", "CKQUORUM", group.name)),
      },
    ];
  },
});
