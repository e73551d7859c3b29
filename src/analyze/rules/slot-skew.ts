import type { SkewFacts, SlotLoad } from "../../model/keyspace.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const slotSkew = defineKeyspaceRule({
  id: "slot-skew",
  category: "cluster",
  issue: "One hash slot holds much of its node's memory",
  priorities: ["medium"],
  reason:
    "A slot is the smallest part that can move: one that is a tenth of its node keeps a cluster from being balanced, where a slot's fair share of a hundred-gigabyte node is some megabytes. Under 100 MB it does not matter. A slot that one hash tag fills is judged by heavy-hash-tag.",
  source: "Redis cluster specification, cachectl",
  thresholds: {
    percent: { default: 10, unit: "percent" },
    minBytes: { default: 100 * 2 ** 20, unit: "bytes" },
  },
  needs: ["skew"],
  rests: "shares",
  check({ skew }, context) {
    const { target, thresholds } = context;
    if (target.kind !== "cluster") return notApplicable("only a cluster has hash slots");
    if (skew.slots.some(({ bytes }) => bytes === null)) return cannotJudge("the sizes of the keys are not known");
    const heavy = skew.slots.filter((slot) => {
      const bytes = slot.bytes?.value ?? 0;
      const ofNode = nodeBytes(skew, slot.node);
      return bytes >= thresholds.minBytes && 100 * bytes > thresholds.percent * ofNode && !isOneTag(skew, slot);
    });
    return heavy.map((slot) => {
      const node = context.nodeAt(slot.node);
      const bytes = slot.bytes?.value ?? 0;
      return {
        priority: "medium" as const,
        action:
          "Look at the keys of the slot: where one key is most of it, split that; where many share a hash tag, take the tag out of the names of keys that need not stand together.",
        evidence: [
          evidence(node, `slot ${slot.slot}`, bytes, "bytes"),
          evidence(
            node,
            `slot ${slot.slot} of its node`,
            toTenth((100 * bytes) / nodeBytes(skew, slot.node)),
            "percent",
          ),
          evidence(node, `slot ${slot.slot} keys`, slot.keys.value, "count"),
        ],
        commands: [serverCommand(node, "CLUSTER", "GETKEYSINSLOT", String(slot.slot), "10")],
      };
    });
  },
});

function nodeBytes({ nodes }: SkewFacts, address: string): number {
  return nodes.find(({ node }) => node === address)?.bytes?.value ?? Infinity;
}

function isOneTag({ hashTags }: SkewFacts, { slot, bytes }: SlotLoad): boolean {
  return hashTags.some((tag) => tag.slot === slot && 2 * (tag.bytes?.value ?? 0) > (bytes?.value ?? 0));
}
