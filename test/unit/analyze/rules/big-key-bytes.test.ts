import { describe, expect, it } from "vitest";
import { bigKeyBytes } from "../../../../src/analyze/rules/big-key-bytes.js";
import { missing } from "../../../../src/model/fact.js";
import type { TopKey } from "../../../../src/model/keyspace.js";
import { exactly, judgeKeyspace, topKey } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;

const holding = (bytes: number, nodeBytes: number, key: Partial<TopKey> = {}) => ({
  largestKeys: { overall: [topKey({ key: "big", bytes, ...key })], byType: {} },
  skew: { nodes: [{ node: "10.0.0.5:6379", keys: exactly(9), bytes: exactly(nodeBytes), slots: null }] },
});

describe("big-key-bytes", () => {
  it("reports a key over 100 MB as high", () => {
    const [finding] = judgeKeyspace(bigKeyBytes, holding(100 * mebibyte + 1, 2 ** 40)).findings;
    expect(finding).toMatchObject({ priority: "high" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "MEMORY USAGE big", value: 100 * mebibyte + 1 }),
    );
  });

  it("reports more than a twentieth of the node as medium, from 10 MB on", () => {
    const { findings } = judgeKeyspace(bigKeyBytes, holding(20 * mebibyte, 399 * mebibyte));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(judgeKeyspace(bigKeyBytes, holding(20 * mebibyte, 400 * mebibyte)).outcome).toBe("healthy");
    expect(judgeKeyspace(bigKeyBytes, holding(10 * mebibyte, 11 * mebibyte)).outcome).toBe("healthy");
  });

  it("names a key once that is in two lists", () => {
    const key = topKey({ key: "big", bytes: 200 * mebibyte });
    const [finding] = judgeKeyspace(bigKeyBytes, {
      largestKeys: { overall: [key], byType: { hash: [{ ...key }] } },
    }).findings;
    expect(finding?.evidence).toHaveLength(1);
  });

  it("leaves strings, which are freed at once, to big-string", () => {
    expect(judgeKeyspace(bigKeyBytes, holding(200 * mebibyte, 2 ** 30, { type: "string" })).outcome).toBe("healthy");
  });

  it("cannot judge without sizes", () => {
    const refused = { largestKeys: missing("not-permitted", "MEMORY is not permitted") };
    expect(judgeKeyspace(bigKeyBytes, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
