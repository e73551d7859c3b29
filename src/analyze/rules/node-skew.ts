import { toHundredth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, evidence, notApplicable } from "../rule.js";

export const nodeSkew = defineKeyspaceRule({
  id: "node-skew",
  families: ["redis", "memcached"],
  category: "keyspace",
  issue: "One node holds far more data than the others",
  priorities: ["medium"],
  reason:
    "The fullest node reaches its memory limit first and serves most of the load while the others idle: twice what the others hold on average wastes half of what they cost. Under 100 MB it does not matter.",
  source: "cachectl",
  thresholds: {
    ratio: { default: 2, unit: "ratio" },
    minBytes: { default: 100 * 2 ** 20, unit: "bytes" },
  },
  needs: ["scan", "skew"],
  rests: "shares",
  check({ scan, skew }, context) {
    const { target, thresholds } = context;
    if (skew.nodes.length < 2 && scan.gaps.length === 0) return notApplicable("one node holds all keys");
    const [gap] = scan.gaps;
    // A node of which half was seen looks half as heavy.
    if (gap !== undefined) return cannotJudge(gap);
    const nodes = skew.nodes.flatMap(({ node, bytes, slots }) =>
      bytes === null ? [] : [{ node, slots, bytes: bytes.value }],
    );
    if (nodes.length < skew.nodes.length) return cannotJudge("the sizes of the keys are not known");
    const [heaviest, ...others] = nodes.sort((a, b) => b.bytes - a.bytes);
    if (heaviest === undefined || others.length === 0 || heaviest.bytes < thresholds.minBytes) return null;
    const meanBytes = others.reduce((sum, { bytes }) => sum + bytes, 0) / others.length;
    if (heaviest.bytes < thresholds.ratio * meanBytes) return null;
    const node = context.nodeAt(heaviest.node);
    return {
      priority: "medium",
      action:
        target.kind === "cluster"
          ? "Look at the heaviest slots, hash tags and keys of this node: one that is much of it has to be split. Where the weight is spread, move slots to the other nodes."
          : "See whether every client spreads keys over the same list of servers with the same hash, and split keys that are much of the node.",
      evidence: [
        evidence(node, "bytes in keys", heaviest.bytes, "bytes"),
        evidence(node, "mean of the other nodes", Math.round(meanBytes), "bytes"),
        ...(meanBytes === 0
          ? []
          : [evidence(node, "times the others", toHundredth(heaviest.bytes / meanBytes), "ratio")]),
        ...(heaviest.slots === null ? [] : [evidence(node, "slots", heaviest.slots, "count")]),
      ],
    };
  },
});
