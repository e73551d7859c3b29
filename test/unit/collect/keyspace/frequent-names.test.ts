import { describe, expect, it } from "vitest";
import { FrequentNames } from "../../../../src/collect/keyspace/frequent-names.js";

describe("FrequentNames", () => {
  it("is exact while there are few, and orders equal ones by name", () => {
    const names = new FrequentNames();
    for (const name of ["b", "a", "c", "c"]) names.add(name);
    expect(names.top(2)).toEqual([
      { name: "c", count: 2 },
      { name: "a", count: 1 },
    ]);
    expect([names.added, names.missed]).toEqual([4, 0]);
  });

  it("finds the frequent ones among a million others, too low by no more than it says", () => {
    const names = new FrequentNames();
    for (let i = 0; i < 1_000_000; i++) {
      names.add(`once:${i}`);
      // Comes up late, so that it has been dropped before.
      if (i % 100 === 0) names.add("hundredth");
      if (i % 1_000 === 0) names.add("thousandth");
    }
    const [first, second] = names.top(2);
    expect(first).toMatchObject({ name: "hundredth" });
    expect(second).toMatchObject({ name: "thousandth" });
    expect(first?.count).toBeLessThanOrEqual(10_000);
    expect(first?.count).toBeGreaterThanOrEqual(10_000 - names.missed);
    expect(names.missed).toBe(101);
  });

  it("keeps few names whatever is added", () => {
    const names = new FrequentNames();
    for (let i = 0; i < 300_000; i++) names.add(`once:${i}`);
    expect(names.top(Number.POSITIVE_INFINITY).length).toBeLessThan(20_000);
  });
});
