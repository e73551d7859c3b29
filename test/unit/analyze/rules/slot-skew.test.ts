import { describe, expect, it } from "vitest";
import { slotSkew } from "../../../../src/analyze/rules/slot-skew.js";
import { missing } from "../../../../src/model/fact.js";
import type { SkewFacts } from "../../../../src/model/keyspace.js";
import { exactly, judgeKeyspace, threeNodes } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const cluster = { target: { kind: "cluster" as const } };

const slotOf = (size: number | null, hashTags: SkewFacts["hashTags"] = []) => ({
  skew: {
    ...threeNodes(1_000 * mebibyte, 1_000 * mebibyte, 1_000 * mebibyte),
    slots: [
      {
        slot: 42,
        node: "10.0.0.6:6379",
        keys: exactly(9),
        bytes: size === null ? null : exactly(size * mebibyte),
        cpuMicroseconds: null,
        networkBytes: null,
      },
    ],
    hashTags,
  },
});

describe("slot-skew", () => {
  it("reports a slot with over a tenth of its node, and how to see its keys", () => {
    const [finding] = judgeKeyspace(slotSkew, slotOf(101), cluster).findings;
    expect(finding).toMatchObject({ priority: "medium", nodes: ["10.0.0.6:6379"] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "slot 42 of its node", value: 10.1 }));
    expect(finding?.commands).toMatchObject([{ argv: ["CLUSTER", "GETKEYSINSLOT", "42", "10"] }]);
  });

  it("leaves a slot that one tag fills to heavy-hash-tag", () => {
    const tag = { tag: "app", keys: exactly(9), bytes: exactly(300 * mebibyte), slot: 42 };
    expect(judgeKeyspace(slotSkew, slotOf(500, [tag]), cluster).outcome).toBe("healthy");
    expect(judgeKeyspace(slotSkew, slotOf(700, [tag]), cluster).outcome).toBe("finding");
  });

  it("finds a tenth of the node healthy", () => {
    expect(judgeKeyspace(slotSkew, slotOf(100), cluster).outcome).toBe("healthy");
  });

  it("does not apply outside a cluster", () => {
    expect(judgeKeyspace(slotSkew, slotOf(900)).outcome).toBe("not-applicable");
  });

  it("cannot judge without sizes", () => {
    expect(judgeKeyspace(slotSkew, slotOf(null), cluster)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const unseen = { skew: missing("failed", "no keys were read") };
    expect(judgeKeyspace(slotSkew, unseen, cluster).outcome).toBe("cannot-judge");
  });
});
