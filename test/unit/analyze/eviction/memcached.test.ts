import { describe, expect, it } from "vitest";
import { adviseMemcached } from "../../../../src/analyze/eviction/advise-memcached.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, observationOf, type Overrides } from "../../../support/facts.js";

function adviceOf(overrides: Overrides = {}) {
  const [target] = observationOf([memcachedNode(overrides)], { kind: "memcached" }).targets;
  if (target === undefined) throw new Error("there is no target");
  return adviseMemcached(target);
}

const unread = (unfetched: number) => ({ numbers: { evictions: 1_000, evicted_unfetched: unfetched } });

describe("Memcached", () => {
  it("has its settings told, and nothing to change when nothing speaks against them", () => {
    const { settings, changes, doubts } = adviceOf();
    expect(settings.map(({ setting }) => setting)).toContain("maxbytes");
    expect([changes, doubts]).toEqual([[], []]);
  });

  it("with a flat LRU that evicts what was never read gets segments", () => {
    const memcachedSettings = { lru_segmented: "no" };
    expect(adviceOf({ memcachedSettings, memcachedStats: unread(501) }).changes[0]?.id).toBe("memcached-segment-lru");
    expect(adviceOf({ memcachedSettings, memcachedStats: unread(500) }).changes).toEqual([]);
  });

  it("with segments already is told to part short-lived items", () => {
    const change = adviceOf({ memcachedSettings: { lru_segmented: "yes" }, memcachedStats: unread(900) }).changes[0];
    expect(change).toMatchObject({ id: "memcached-short-lived-items", commands: [] });
  });

  it("whose classes are out of balance moves pages", () => {
    const overrides = {
      memcachedItems: { "5": { age: 80_000 }, "9": { number: 10, age: 60, evicted: 50, evicted_time: 20 } },
      memcachedWindow: { items: { "9": { evicted: 5 } } },
    };
    const off = adviceOf({ ...overrides, memcachedSettings: { slab_automove: "0" } });
    expect(off.changes.map(({ id }) => id)).toEqual(["memcached-automove"]);
    expect(adviceOf({ ...overrides, memcachedSettings: { slab_automove: "1" } }).changes).toEqual([]);
  });

  it("that evicts and misses needs memory", () => {
    const counters = { get_hits: 700, get_misses: 300, evictions: 30 };
    expect(adviceOf({ memcachedWindow: { counters } }).changes[0]?.id).toBe("memcached-more-memory");
    expect(adviceOf({ memcachedWindow: { counters: { ...counters, get_hits: 1_200 } } }).changes).toEqual([]);
  });

  it("is not judged without lookups or settings", () => {
    expect(adviceOf({ memcachedWindow: { counters: { get_hits: 50, get_misses: 49 } } }).doubts[0]?.unsure).toContain(
      "99 lookups",
    );
    expect(adviceOf({ memcachedSettings: missing("not-permitted", "refused") }).doubts[0]?.unsure).toContain("refused");
  });
});
