import { describe, expect, it } from "vitest";
import { memcachedHitRateLow } from "../../../../src/analyze/rules/memcached-hit-rate-low.js";
import { missing } from "../../../../src/model/fact.js";
import type { MemcachedWindowFacts } from "../../../../src/model/facts.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const looked = (hits: number, misses: number, over: Partial<MemcachedWindowFacts> = {}) =>
  judge(
    memcachedHitRateLow,
    memcachedNode({ memcachedWindow: { seconds: 10, counters: { get_hits: hits, get_misses: misses }, ...over } }),
  );

describe("memcached-hit-rate-low", () => {
  it("reports 79.9 % as medium", () => {
    const { findings } = looked(799, 201);
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "hit rate", value: 79.9 }));
  });

  it("finds 80 % healthy", () => {
    expect(looked(800, 200).outcome).toBe("healthy");
  });

  it("judges from ten lookups a second on", () => {
    expect(looked(0, 100).findings).toHaveLength(1);
    expect(looked(0, 99).outcome).toBe("healthy");
    expect(looked(0, 0).outcome).toBe("healthy");
  });

  it("has low confidence in an average since start", () => {
    expect(looked(0, 1_000, { basis: "since-start" }).findings).toMatchObject([{ confidence: "low" }]);
  });

  it("cannot judge without the counters, without a window, or without stats", () => {
    const node = memcachedNode({ memcachedWindow: { counters: without("get_hits") } });
    expect(judge(memcachedHitRateLow, node).outcome).toBe("cannot-judge");
    expect(looked(1, 1, { seconds: 0 }).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedHitRateLow, denied).outcome).toBe("cannot-judge");
  });
});
