import { describe, expect, it } from "vitest";
import { bigString } from "../../../../src/analyze/rules/big-string.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judgeKeyspace, topKey } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;

const strings = (...bytes: (number | null)[]) => ({
  largestKeys: {
    byType: { string: bytes.map((size, i) => topKey({ key: `report:${i}`, type: "string", bytes: size })) },
  },
});

describe("big-string", () => {
  it("reports a string over 10 MB as high, with its size and commands that look at it", () => {
    const [finding] = judgeKeyspace(bigString, strings(10 * mebibyte + 1)).findings;
    expect(finding).toMatchObject({ priority: "high", nodes: ["10.0.0.5:6379"] });
    expect(finding?.evidence).toContainEqual({
      node: "10.0.0.5:6379",
      fact: "MEMORY USAGE report:0",
      value: 10 * mebibyte + 1,
      unit: "bytes",
    });
    expect(finding?.commands.map((command) => command.kind === "server" && command.argv)).toEqual([
      ["MEMORY", "USAGE", "report:0"],
      ["GETRANGE", "report:0", "0", "199"],
    ]);
  });

  it("reports one over 1 MB as medium in a cache, where every hit reads it, and as low elsewhere", () => {
    const cache = judgeKeyspace(bigString, strings(10 * mebibyte), { target: { role: "cache" } });
    expect(cache.findings).toMatchObject([{ priority: "medium" }]);
    expect(judgeKeyspace(bigString, strings(mebibyte + 1)).findings).toMatchObject([{ priority: "low" }]);
  });

  it("names five and counts the others, apart by priority", () => {
    const sizes = [11, 11, 11, 11, 11, 11, 2].map((size) => size * mebibyte);
    const [high, low] = judgeKeyspace(bigString, strings(...sizes)).findings;
    expect(high?.evidence).toHaveLength(6);
    expect(high?.evidence.at(-1)).toMatchObject({ fact: "listed strings of this size", value: 6 });
    expect(low?.evidence).toHaveLength(1);
  });

  it("asks the database that the key is in, and follows a cluster's replica to its primary", () => {
    const large = topKey({ key: "a", type: "string", bytes: 2 * mebibyte, database: 3 });
    const run = { target: { kind: "cluster" as const }, nodes: [redisNode({ node: { role: "replica" } })] };
    const [finding] = judgeKeyspace(bigString, { largestKeys: { byType: { string: [large] } } }, run).findings;
    expect(finding?.commands[0]).toMatchObject({ argv: ["-c", "-n", "3", "MEMORY", "USAGE", "a"] });
  });

  it.each(["\\xff\\x00", "aaa… (1000000 bytes)"])("gives no command for %s, which is not the whole name", (key) => {
    const large = topKey({ key, type: "string", bytes: 2 * mebibyte });
    const [finding] = judgeKeyspace(bigString, { largestKeys: { byType: { string: [large] } } }).findings;
    expect(finding?.commands).toEqual([]);
  });

  it("finds 1 MB, and no strings at all, healthy", () => {
    expect(judgeKeyspace(bigString, strings(mebibyte)).outcome).toBe("healthy");
    expect(judgeKeyspace(bigString).outcome).toBe("healthy");
  });

  it("cannot judge where TYPE is refused", () => {
    const untyped = { largestKeys: { overall: [topKey({ type: null })], byType: {} } };
    expect(judgeKeyspace(bigString, untyped).outcome).toBe("cannot-judge");
  });

  it("cannot judge without sizes, nor from a sample without a finding", () => {
    const refused = { largestKeys: missing("not-permitted", "MEMORY is not permitted") };
    expect(judgeKeyspace(bigString, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    const sampled = { scan: { sampleRatio: 0.01, complete: false } };
    expect(judgeKeyspace(bigString, sampled).outcome).toBe("cannot-judge");
    expect(judgeKeyspace(bigString, { ...sampled, ...strings(20 * mebibyte) }).outcome).toBe("finding");
  });
});
