import { describe, expect, it } from "vitest";
import { memcachedFull } from "../../../../src/analyze/rules/memcached-full.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const mebibyte = 2 ** 20;
const filled = (bytes: number, limit = 100 * mebibyte) =>
  judge(memcachedFull, memcachedNode({ memcachedStats: { numbers: { bytes, limit_maxbytes: limit } } }));

describe("memcached-full", () => {
  it("reports more than 90 % as info", () => {
    const { findings } = filled(91 * mebibyte);
    expect(findings).toMatchObject([{ priority: "info" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "utilization", value: 91 }));
  });

  it("suggests a limit under which the same items are healthy", () => {
    const command = filled(99 * mebibyte).findings[0]?.commands[0];
    expect(command).toMatchObject({ argv: ["cache_memlimit", "124"] });
    expect(filled(99 * mebibyte, 124 * mebibyte).outcome).toBe("healthy");
  });

  it("finds 90 % healthy and does not apply without a limit", () => {
    expect(filled(90 * mebibyte).outcome).toBe("healthy");
    expect(filled(90 * mebibyte, 0).outcome).toBe("not-applicable");
  });

  it("cannot judge without the sizes or without stats", () => {
    const node = memcachedNode({ memcachedStats: { numbers: without("bytes") } });
    expect(judge(memcachedFull, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedStats: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedFull, denied).outcome).toBe("cannot-judge");
  });
});
