import { describe, expect, it } from "vitest";
import { memcachedConnYields } from "../../../../src/analyze/rules/memcached-conn-yields.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const yields = (count: number, basis: "sample" | "since-start" = "sample") =>
  judge(
    memcachedConnYields,
    memcachedNode({ memcachedWindow: { basis, seconds: 10, counters: { conn_yields: count } } }),
  );

describe("memcached-conn-yields", () => {
  it("reports more than one a second as low", () => {
    const { findings } = yields(11);
    expect(findings).toMatchObject([{ priority: "low", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "conn_yields per second", value: 1.1 }),
    );
  });

  it("finds one a second healthy", () => {
    expect(yields(10).outcome).toBe("healthy");
  });

  it("has low confidence in an average since start", () => {
    expect(yields(100, "since-start").findings).toMatchObject([{ confidence: "low" }]);
  });

  it("cannot judge without the counter or without stats", () => {
    const node = memcachedNode({ memcachedWindow: { counters: without("conn_yields") } });
    expect(judge(memcachedConnYields, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedConnYields, denied).outcome).toBe("cannot-judge");
  });
});
