import { describe, expect, it } from "vitest";
import { memcachedEvictedUnfetched } from "../../../../src/analyze/rules/memcached-evicted-unfetched.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const evicted = (evictions: number, unfetched: number) =>
  judge(
    memcachedEvictedUnfetched,
    memcachedNode({ memcachedStats: { numbers: { evictions, evicted_unfetched: unfetched } } }),
  );

describe("memcached-evicted-unfetched", () => {
  it("reports more than half unread as medium", () => {
    const { findings } = evicted(1_000, 501);
    expect(findings).toMatchObject([{ priority: "medium", confidence: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "evicted_unfetched", value: 501 }));
  });

  it("finds half of them healthy, and few evictions too", () => {
    expect(evicted(1_000, 500).outcome).toBe("healthy");
    expect(evicted(999, 999).outcome).toBe("healthy");
    expect(evicted(0, 0).outcome).toBe("healthy");
  });

  it("cannot judge without the counters or without stats", () => {
    const node = memcachedNode({ memcachedStats: { numbers: without("evicted_unfetched") } });
    expect(judge(memcachedEvictedUnfetched, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedStats: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedEvictedUnfetched, denied).outcome).toBe("cannot-judge");
  });
});
