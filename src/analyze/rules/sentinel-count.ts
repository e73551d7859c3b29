import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence } from "../rule.js";

export const sentinelCount = defineSentinelRule({
  id: "sentinel-count",
  category: "availability",
  issue: "Fewer than three sentinels: the loss of one is the end of failovers",
  priorities: ["low", "medium"],
  reason:
    "A failover needs a majority of all sentinels: of two that is both, of three it is two. An even number tolerates no more losses than the odd one below it.",
  source: "redis.io documentation",
  asks: "sentinels",
  judge({ name, voices, silent }) {
    const count = voices.length + silent.length;
    if (count >= 3 && count % 2 === 1) return [];
    const few = count < 3;
    return [
      {
        priority: few ? "medium" : "low",
        issue: few
          ? "Fewer than three sentinels: the loss of one is the end of failovers"
          : "An even number of sentinels survives no more losses than one less",
        action: few
          ? "Start more sentinels, each on a host of its own, until there are three."
          : "Add a sentinel on a further host, or take one away.",
        nodes: voices.map(({ node }) => node.address),
        evidence: voices.slice(0, 1).map(({ node }) => evidence(node, `sentinels of ${name}`, count, "count")),
      },
    ];
  },
});
