import { describe, expect, it } from "vitest";
import { nodeSkew } from "../../../../src/analyze/rules/node-skew.js";
import { missing } from "../../../../src/model/fact.js";
import { judgeKeyspace, threeNodes } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const skewed = (...sizes: number[]) => ({ skew: threeNodes(...sizes.map((size) => size * mebibyte)) });

describe("node-skew", () => {
  it("reports a node with twice what the others hold", () => {
    const [finding] = judgeKeyspace(nodeSkew, skewed(100, 200, 100)).findings;
    expect(finding).toMatchObject({ priority: "medium", nodes: ["10.0.0.6:6379"] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "times the others", value: 2 }));
  });

  it("sees it between two nodes, and beside an empty one", () => {
    expect(judgeKeyspace(nodeSkew, skewed(200, 90)).outcome).toBe("finding");
    expect(judgeKeyspace(nodeSkew, skewed(200, 0)).outcome).toBe("finding");
  });

  it("finds less than twice, or under 100 MB, healthy", () => {
    expect(judgeKeyspace(nodeSkew, skewed(101, 199, 100)).outcome).toBe("healthy");
    expect(judgeKeyspace(nodeSkew, skewed(1, 99, 1)).outcome).toBe("healthy");
  });

  it("does not apply to a single node", () => {
    expect(judgeKeyspace(nodeSkew).outcome).toBe("not-applicable");
  });

  it("cannot judge when a part was not seen: what is missing looks light", () => {
    const gap = { ...skewed(500, 1, 1), scan: { gaps: ["the limit of 1,000 keys was reached"] } };
    expect(judgeKeyspace(nodeSkew, gap)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const sizeless = { skew: { nodes: skewed(1, 1).skew.nodes?.map((node) => ({ ...node, bytes: null })) ?? [] } };
    expect(judgeKeyspace(nodeSkew, sizeless).outcome).toBe("cannot-judge");
    expect(judgeKeyspace(nodeSkew, { skew: missing("failed", "no keys were read") }).outcome).toBe("cannot-judge");
  });
});
