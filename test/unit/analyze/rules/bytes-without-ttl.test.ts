import { describe, expect, it } from "vitest";
import { bytesWithoutTtl } from "../../../../src/analyze/rules/bytes-without-ttl.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { exactly, judgeKeyspace, nodeScan } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const cache = { target: { role: "cache" as const } };

const without = (withoutBytes: number, withBytes: number, plusMinus = 0) => ({
  ttls: {
    withTtlBytes: exactly(withBytes),
    withoutTtlBytes: { value: withoutBytes, plusMinus },
    withoutTtl: exactly(4_200),
    groupsWithout: [{ pattern: "page:*", keys: exactly(4_000), bytes: exactly(withoutBytes) }],
  },
});

describe("bytes-without-ttl", () => {
  it("reports more than 20 % of a cache's bytes, with the groups they are in", () => {
    const [finding] = judgeKeyspace(bytesWithoutTtl, without(21 * mebibyte, 79 * mebibyte), cache).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "high", nodes: ["10.0.0.5:6379"] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "share of all bytes", value: 21 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "page:*", value: 21 * mebibyte }));
  });

  it("says by its confidence what a sample or a part cannot show", () => {
    const sampled = without(21 * mebibyte, 79 * mebibyte, 2 * mebibyte);
    expect(judgeKeyspace(bytesWithoutTtl, sampled, cache).findings).toMatchObject([{ confidence: "low" }]);
    const partial = { ...without(50 * mebibyte, 50 * mebibyte), scan: { gaps: ["the limit was reached"] } };
    expect(judgeKeyspace(bytesWithoutTtl, partial, cache).findings).toMatchObject([{ confidence: "medium" }]);
  });

  it("adds up the nodes of a target under its name", () => {
    const nodes = [nodeScan(), nodeScan({ node: "10.0.0.6:6379" })];
    const { findings } = judgeKeyspace(
      bytesWithoutTtl,
      { ...without(50 * mebibyte, 50 * mebibyte), scan: { nodes } },
      cache,
    );
    expect(findings).toMatchObject([
      { nodes: ["10.0.0.5:6379", "10.0.0.6:6379"], evidence: [{ node: "test" }, {}, {}, {}] },
    ]);
  });

  it("finds 20 %, less than 1 MB, and no keys at all, healthy", () => {
    expect(judgeKeyspace(bytesWithoutTtl, without(20 * mebibyte, 80 * mebibyte), cache).outcome).toBe("healthy");
    expect(judgeKeyspace(bytesWithoutTtl, without(mebibyte - 1, 0), cache).outcome).toBe("healthy");
    expect(judgeKeyspace(bytesWithoutTtl, without(0, 0), cache).outcome).toBe("healthy");
  });

  it.each(["store", "queue"] as const)("does not apply to the role %s", (role) => {
    const verdict = judgeKeyspace(bytesWithoutTtl, without(100 * mebibyte, 0), { target: { role } });
    expect(verdict.outcome).toBe("not-applicable");
  });

  it.each([
    [mebibyte, "allkeys-lru", "finding"],
    [mebibyte, "noeviction", "not-applicable"],
    [0, "volatile-lru", "not-applicable"],
    [null, null, "not-applicable"],
  ] as const)(
    "takes a server with maxmemory %s and policy %s, no role said, for a cache: %s",
    (bytes, policy, outcome) => {
      const nodes = [redisNode({ memory: { maxmemoryBytes: bytes, maxmemoryPolicy: policy } })];
      expect(judgeKeyspace(bytesWithoutTtl, without(100 * mebibyte, 0), { nodes }).outcome).toBe(outcome);
    },
  );

  it("cannot judge without TTLs or sizes", () => {
    const refused = { ttls: missing("not-permitted", "PTTL is not permitted") };
    expect(judgeKeyspace(bytesWithoutTtl, refused, cache)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const sizeless = { ttls: { withoutTtlBytes: null, withTtlBytes: null } };
    expect(judgeKeyspace(bytesWithoutTtl, sizeless, cache).outcome).toBe("cannot-judge");
  });
});
