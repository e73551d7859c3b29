import { describe, expect, it } from "vitest";
import { heavyHashTag } from "../../../../src/analyze/rules/heavy-hash-tag.js";
import { missing } from "../../../../src/model/fact.js";
import { exactly, judgeKeyspace, threeNodes } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const cluster = { target: { kind: "cluster" as const } };

const tagged = (size: number | null, { plusMinus = 0, clustered = true } = {}) => {
  const bytes = size === null ? null : { value: size * mebibyte, plusMinus: plusMinus * mebibyte };
  const load = { slot: 42, node: "10.0.0.6:6379", keys: exactly(9), bytes, cpuMicroseconds: null, networkBytes: null };
  const sizes = clustered ? [1_000, 1_000, 1_000] : [1_000];
  return {
    skew: {
      ...threeNodes(...sizes.map((node) => node * mebibyte)),
      slots: clustered ? [load] : [],
      hashTags: [{ tag: "app", keys: exactly(9), bytes, slot: clustered ? 42 : null }],
    },
  };
};

describe("heavy-hash-tag", () => {
  it("reports a tag with over a quarter of its node", () => {
    const [finding] = judgeKeyspace(heavyHashTag, tagged(251), cluster).findings;
    expect(finding).toMatchObject({ priority: "medium", nodes: ["10.0.0.6:6379"] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "{app} of its node", value: 25.1 }));
  });

  it("only notes it outside of a cluster", () => {
    expect(judgeKeyspace(heavyHashTag, tagged(900, { clustered: false })).findings).toMatchObject([
      { priority: "info", nodes: ["10.0.0.5:6379"] },
    ]);
  });

  it("finds a quarter, or what may be less, healthy", () => {
    expect(judgeKeyspace(heavyHashTag, tagged(250), cluster).outcome).toBe("healthy");
    expect(judgeKeyspace(heavyHashTag, tagged(300, { plusMinus: 60 }), cluster).outcome).toBe("healthy");
  });

  it("cannot judge without sizes", () => {
    expect(judgeKeyspace(heavyHashTag, tagged(null), cluster)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const unseen = { skew: missing("failed", "no keys were read") };
    expect(judgeKeyspace(heavyHashTag, unseen, cluster).outcome).toBe("cannot-judge");
  });
});
