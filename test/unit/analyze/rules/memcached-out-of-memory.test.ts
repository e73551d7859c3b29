import { describe, expect, it } from "vitest";
import { memcachedOutOfMemory } from "../../../../src/analyze/rules/memcached-out-of-memory.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const failed = (outofmemory: number, over: Overrides = {}) =>
  judge(
    memcachedOutOfMemory,
    memcachedNode({ ...over, memcachedWindow: { items: { "5": { outofmemory } }, ...over.memcachedWindow } }),
  );

describe("memcached-out-of-memory", () => {
  it("reports one refused store as high and suggests half as much memory again", () => {
    const { findings } = failed(1);
    expect(findings).toMatchObject([{ priority: "high", commands: [{ argv: ["cache_memlimit", "1536"] }] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "items:5:outofmemory", value: 1 }));
  });

  it("names disabled evictions as the cause", () => {
    expect(failed(1, { memcachedSettings: { evictions: "off" } }).findings[0]?.action).toContain("without -M");
  });

  it("does not guess a limit that it cannot see", () => {
    const unseen = { memcachedStats: missing("failed", "timed out") };
    expect(failed(1, unseen).findings[0]?.commands).toEqual([]);
  });

  it("is history, and so information, since start", () => {
    const since = { memcachedWindow: { basis: "since-start" as const, items: { "5": { outofmemory: 7 } } } };
    expect(failed(7, since).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds no refused store healthy", () => {
    expect(failed(0).outcome).toBe("healthy");
  });

  it("cannot judge without the counter or without stats", () => {
    const node = memcachedNode({ memcachedWindow: { items: { "5": without("outofmemory") } } });
    expect(judge(memcachedOutOfMemory, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedOutOfMemory, denied).outcome).toBe("cannot-judge");
  });
});
