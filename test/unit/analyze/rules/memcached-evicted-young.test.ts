import { describe, expect, it } from "vitest";
import { memcachedEvictedYoung } from "../../../../src/analyze/rules/memcached-evicted-young.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

interface Shape {
  evictedTime?: number;
  oldAge?: number;
  evictedInWindow?: number;
  basis?: "sample" | "since-start";
}

/** Class 10 evicts, class 5 keeps what it has. */
function classes(
  { evictedTime = 299, oldAge = 3_600, evictedInWindow = 50, basis = "sample" }: Shape,
  over: Overrides = {},
) {
  const node = memcachedNode({
    memcachedItems: {
      "5": { number: 100, age: oldAge, evicted: 0, evicted_time: 0 },
      "10": { number: 100, age: 320, evicted: 900, evicted_time: evictedTime },
    },
    memcachedWindow: { basis, items: { "5": { evicted: 0 }, "10": { evicted: evictedInWindow } } },
    ...over,
  });
  return judge(memcachedEvictedYoung, node);
}

describe("memcached-evicted-young", () => {
  it("reports a class that evicts young items beside an old one as medium", () => {
    const { findings } = classes({});
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "items:10:evicted_time", value: 299 }),
    );
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "items:5:age", value: 3_600 }));
  });

  it("turns page moves on where they are off", () => {
    const off = classes({}, { memcachedSettings: { slab_automove: "0" } }).findings[0]?.commands;
    expect(off).toContainEqual(expect.objectContaining({ argv: ["slabs", "automove", "1"] }));
    const on = classes({}, { memcachedSettings: { slab_automove: "1" } }).findings[0]?.commands;
    expect(on).toMatchObject([{ argv: ["stats", "items"] }]);
  });

  it("finds old evictions, a young neighbourhood, and evictions of the past healthy", () => {
    expect(classes({ evictedTime: 300 }).outcome).toBe("healthy");
    expect(classes({ oldAge: 3_599 }).outcome).toBe("healthy");
    expect(classes({ evictedInWindow: 0 }).outcome).toBe("healthy");
  });

  it("is history, and so information, since start", () => {
    expect(classes({ basis: "since-start" }).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds an empty cache healthy", () => {
    const node = memcachedNode();
    if (node.facts.memcachedItems?.ok) node.facts.memcachedItems.value = {};
    expect(judge(memcachedEvictedYoung, node).outcome).toBe("healthy");
  });

  it("cannot judge without the ages or without stats items", () => {
    const node = memcachedNode({ memcachedItems: { "5": without("evicted_time") } });
    expect(judge(memcachedEvictedYoung, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedItems: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedEvictedYoung, denied).outcome).toBe("cannot-judge");
  });
});
