import { describe, expect, it } from "vitest";
import { memcachedFlushed } from "../../../../src/analyze/rules/memcached-flushed.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const flushed = (count: number, basis: "sample" | "since-start" = "sample") =>
  judge(memcachedFlushed, memcachedNode({ memcachedWindow: { basis, counters: { cmd_flush: count } } }));

describe("memcached-flushed", () => {
  it("reports a flush as medium", () => {
    const { findings } = flushed(1);
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "cmd_flush", value: 1 }));
  });

  it("is history, and so information, since start", () => {
    expect(flushed(1, "since-start").findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds no flush healthy", () => {
    expect(flushed(0).outcome).toBe("healthy");
  });

  it("cannot judge without the counter or without stats", () => {
    const node = memcachedNode({ memcachedWindow: { counters: without("cmd_flush") } });
    expect(judge(memcachedFlushed, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedFlushed, denied).outcome).toBe("cannot-judge");
  });
});
