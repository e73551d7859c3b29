import { describe, expect, it } from "vitest";
import { bigCollection } from "../../../../src/analyze/rules/big-collection.js";
import { missing } from "../../../../src/model/fact.js";
import type { TopKey } from "../../../../src/model/keyspace.js";
import { judgeKeyspace, nodeScan, topKey } from "../../../support/judge-keyspace.js";

const lists = (...keys: Partial<TopKey>[]) => ({
  longestKeys: { byType: Object.fromEntries(keys.map((key) => [key.type, [topKey(key)]])) },
});

describe("big-collection", () => {
  it("reports over a million elements as high and over 100,000 as medium, in the type's own command", () => {
    const { findings } = judgeKeyspace(
      bigCollection,
      lists({ key: "index", type: "zset", elements: 100_001 }, { key: "users", type: "hash", elements: 1_000_001 }),
    );
    expect(findings).toMatchObject([{ priority: "high" }, { priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "HLEN users", value: 1_000_001, unit: "count" }),
    );
    expect(findings[1]?.evidence).toContainEqual(expect.objectContaining({ fact: "ZCARD index", value: 100_001 }));
    expect(findings[0]?.commands.at(-1)).toMatchObject({ argv: ["HSCAN", "users", "0", "COUNT", "10"] });
  });

  it("never suggests a command that deletes", () => {
    const { findings } = judgeKeyspace(bigCollection, lists({ type: "set", elements: 5_000_000 }));
    expect(JSON.stringify(findings[0]?.commands)).not.toMatch(/DEL|UNLINK/);
  });

  it("finds 100,000 elements, and a long stream, healthy", () => {
    expect(judgeKeyspace(bigCollection, lists({ type: "set", elements: 100_000 })).outcome).toBe("healthy");
    expect(judgeKeyspace(bigCollection, lists({ type: "stream", elements: 9_000_000 })).outcome).toBe("healthy");
  });

  it("judges by bytes where elements could not be counted: what is small holds few of them", () => {
    const uncounted = { longestKeys: missing("not-supported", "there is no CLIENT NO-TOUCH before Redis 7.2") };
    const largest = (type: string, bytes: number) => ({
      byType: { [type]: [topKey({ type, bytes, elements: null })] },
    });
    const judged = (type: string, bytes: number) =>
      judgeKeyspace(bigCollection, { ...uncounted, largestKeys: largest(type, bytes) });
    expect(judged("hash", 199_999).outcome).toBe("healthy");
    expect(judged("string", 5_000_000).outcome).toBe("healthy");
    expect(judged("hash", 200_000)).toMatchObject({
      outcome: "cannot-judge",
      reason: "there is no CLIENT NO-TOUCH before Redis 7.2",
    });
  });

  it("cannot judge where neither is known, or a node was not seen", () => {
    const refused = { largestKeys: missing("not-permitted", "MEMORY is not permitted") };
    expect(judgeKeyspace(bigCollection, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const gap = { scan: { gaps: ["10.0.0.6:6379 did not answer"], complete: false } };
    expect(judgeKeyspace(bigCollection, gap)).toMatchObject({
      outcome: "cannot-judge",
      reason: "10.0.0.6:6379 did not answer",
    });
  });

  it("cannot judge where one of the counting commands is refused", () => {
    const refused = [{ command: "HLEN", cause: "not-permitted" as const, reason: "HLEN is not permitted" }];
    const scan = { nodes: [nodeScan({ refused })] };
    expect(judgeKeyspace(bigCollection, { scan })).toMatchObject({
      outcome: "cannot-judge",
      reason: "HLEN is not permitted",
    });
    const found = { scan, ...lists({ type: "set", elements: 200_000 }) };
    expect(judgeKeyspace(bigCollection, found).outcome).toBe("finding");
  });
});
