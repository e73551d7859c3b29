import { describe, expect, it } from "vitest";
import { WasteCounts } from "../../../../src/analyze/keyspace/waste-counts.js";

/** Keys of all sorts; a fixed sequence, so that two counts of the same numbers are equal. */
function someKeys(from: number, count: number): WasteCounts {
  const counts = new WasteCounts();
  const types = ["string", "hash", "set", "zset", "list", "stream", "ReJSON-RL", null];
  for (let i = from; i < from + count; i++) {
    const type = types[i % types.length] ?? null;
    const bytes = i % 11 === 0 ? null : (i * 7919) % 300_000;
    const elements = type === "string" || type === null || i % 13 === 0 ? null : ((i * 31) % 1500) + 1;
    const ttlMs = i % 3 === 0 ? -1 : i % 17 === 0 ? null : i * 1000;
    counts.add(type, bytes, elements, (i * 13) % 150, ttlMs, i % 10 === 2 ? "intset" : null);
  }
  return counts;
}

function sorted(counts: WasteCounts) {
  return counts.elementRanges().sort((a, b) => a.type.localeCompare(b.type) || a.above - b.above);
}

/** All plain numbers of a count, by name. */
function counters(counts: WasteCounts) {
  return Object.entries(counts);
}

describe("WasteCounts", () => {
  it("tells tiny strings from others, and those without TTL from those with one", () => {
    const counts = new WasteCounts();
    counts.add("string", 199, null, 20, -1, null);
    counts.add("string", 199, null, 30, 5000, null);
    counts.add("string", 200, null, 20, -1, null);
    counts.add("string", null, null, 20, -1, null);
    expect(counts).toMatchObject({
      strings: 4,
      stringBytes: 598,
      tinyStrings: 2,
      tinyStringBytes: 398,
      lastingTinyStrings: 1,
      lastingTinyBytes: 199,
      lastingTinyNameBytes: 20,
      unmeasured: 1,
      withoutTtl: 3,
    });
  });

  it("takes no unknown TTL for none", () => {
    const counts = new WasteCounts();
    counts.add("string", 100, null, 20, null, null);
    expect(counts).toMatchObject({ withoutTtl: 0, unknownTtls: 1, lastingTinyStrings: 0 });
  });

  it("counts strings over 100,000 bytes and names over 100", () => {
    const counts = new WasteCounts();
    counts.add("string", 100_000, null, 100, 5000, null);
    counts.add("string", 100_001, null, 101, 5000, null);
    expect(counts).toMatchObject({ largeValues: 1, largeValueBytes: 100_001, longNames: 1, longNameBytes: 101 });
  });

  it("tells an uncounted collection from a module's value and from one with a single element", () => {
    const counts = new WasteCounts();
    counts.add("hash", 80, null, 10, -1, null);
    counts.add("ReJSON-RL", 80, null, 10, -1, null);
    counts.add("set", 70, 1, 10, -1, null);
    counts.add("list", 60, 1, 10, 900, null);
    expect(counts).toMatchObject({
      uncounted: 1,
      singleElements: 2,
      singleElementBytes: 130,
      lastingSingleElements: 1,
    });
  });

  it.each([
    [512, 448, 512],
    [513, 512, 640],
    [640, 512, 640],
    [641, 640, 768],
    [1024, 896, 1024],
    [129, 128, 160],
  ])("puts %d elements into the range above %d and up to %d", (elements, above, upTo) => {
    const counts = new WasteCounts();
    counts.add("hash", 40_000, elements, 10, -1, null);
    expect(counts.elementRanges()).toEqual([
      { type: "hash", above, upTo, keys: 1, elements, bytes: 40_000, measuredElements: elements },
    ]);
  });

  it("leaves out what is known to be compact already", () => {
    const counts = new WasteCounts();
    counts.add("hash", 40_000, 600, 10, -1, "listpack");
    expect(counts.elementRanges()).toEqual([]);
  });

  it("merges to what one count of all keys gives", () => {
    const merged = someKeys(0, 500);
    merged.merge(someKeys(500, 700));
    const whole = someKeys(0, 1200);
    expect(counters(merged)).toEqual(counters(whole));
    expect(sorted(merged)).toEqual(sorted(whole));
    expect(whole.elementRanges().length).toBeGreaterThan(10);
  });

  it("comes back from JSON as it was, and counts on", () => {
    const restored = WasteCounts.restore(JSON.parse(JSON.stringify(someKeys(0, 800).save())));
    restored.merge(someKeys(800, 400));
    const whole = someKeys(0, 1200);
    expect(counters(restored)).toEqual(counters(whole));
    expect(sorted(restored)).toEqual(sorted(whole));
  });
});
