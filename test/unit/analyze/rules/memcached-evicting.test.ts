import { describe, expect, it } from "vitest";
import { memcachedEvicting } from "../../../../src/analyze/rules/memcached-evicting.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const evicting = (evictions: number, basis: "sample" | "since-start" = "sample") =>
  memcachedNode({ memcachedWindow: { basis, seconds: 2, counters: { evictions } } });

describe("memcached-evicting", () => {
  it("reports more than ten evictions a second", () => {
    const { findings } = judge(memcachedEvicting, evicting(22));
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "evictions per second", value: 11, unit: "per-second" }),
    );
  });

  it("finds ten evictions a second healthy", () => {
    expect(judge(memcachedEvicting, evicting(20)).outcome).toBe("healthy");
  });

  it("is less sure of an average since start", () => {
    expect(judge(memcachedEvicting, evicting(22, "since-start")).findings).toMatchObject([{ confidence: "low" }]);
  });

  it("cannot judge without a window", () => {
    const node = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is refused") });
    expect(judge(memcachedEvicting, node)).toMatchObject({ outcome: "cannot-judge", reason: "stats is refused" });
  });
});
