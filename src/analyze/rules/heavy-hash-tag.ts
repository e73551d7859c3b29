import type { SkewFacts } from "../../model/keyspace.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, evidence } from "../rule.js";

export const heavyHashTag = defineKeyspaceRule({
  id: "heavy-hash-tag",
  category: "cluster",
  issue: "One hash tag ties much of a node's memory together",
  priorities: ["info", "medium"],
  reason:
    "All keys with one {tag} live in one slot, so they cannot be spread over nodes: with a quarter of a node in one tag, neither more nodes nor moving slots relieves it. Outside a cluster it begins to matter when the data moves into one. Under 100 MB it does not matter.",
  source: "Redis cluster specification, cachectl",
  thresholds: {
    percent: { default: 25, unit: "percent" },
    minBytes: { default: 100 * 2 ** 20, unit: "bytes" },
  },
  needs: ["skew"],
  rests: "shares",
  check({ skew }, context) {
    const { target, thresholds } = context;
    if (skew.hashTags.some(({ bytes }) => bytes === null)) return cannotJudge("the sizes of the keys are not known");
    const clustered = target.kind === "cluster";
    return skew.hashTags.flatMap(({ tag, keys, bytes, slot }) => {
      const address = nodeOf(skew, slot);
      const ofNode = skew.nodes.find(({ node }) => node === address)?.bytes?.value;
      if (address === undefined || ofNode === undefined || bytes === null) return [];
      // A tag's figure may be too high by plusMinus, never too low by more.
      const certain = bytes.value - bytes.plusMinus;
      if (certain < thresholds.minBytes || 100 * certain <= thresholds.percent * ofNode) return [];
      const node = context.nodeAt(address);
      return {
        priority: clustered ? ("medium" as const) : ("info" as const),
        action: clustered
          ? "Put only what is used in one command or transaction under one tag: a tag for each user or tenant, not one for the application."
          : "Nothing now; before these keys move into a cluster, give them narrower tags or none.",
        evidence: [
          evidence(node, `{${tag}}`, bytes.value, "bytes"),
          evidence(node, `{${tag}} of its node`, toTenth((100 * bytes.value) / ofNode), "percent"),
          evidence(node, `{${tag}} keys`, keys.value, "count"),
          ...(slot === null ? [] : [evidence(node, `{${tag}} slot`, String(slot))]),
        ],
      };
    });
  },
});

/** A tag that is a quarter of its node is in one of the heaviest slots, and outside a cluster one node holds all. */
function nodeOf({ nodes, slots }: SkewFacts, slot: number | null): string | undefined {
  if (slot !== null) return slots.find((load) => load.slot === slot)?.node;
  return nodes.length === 1 ? nodes[0]?.node : undefined;
}
