import { describe, expect, it } from "vitest";
import { AdaptiveCount } from "../../../../src/collect/keyspace/adaptive-count.js";

/** As many pages, each full of short names. */
function fullPages(count: AdaptiveCount, pages: number): number[] {
  return Array.from({ length: pages }, () => {
    const asked = count.count;
    count.pageCame(asked, asked, asked * 20);
    return count.count;
  });
}

describe("AdaptiveCount", () => {
  it("doubles from a hundred up to four hundred keys a page", () => {
    const count = new AdaptiveCount(0.1);
    expect(count.count).toBe(100);
    expect(fullPages(count, 5)).toEqual([200, 400, 400, 400, 400]);
  });

  it("goes up to four thousand where a round trip takes a millisecond", () => {
    expect(fullPages(new AdaptiveCount(1), 7).at(-1)).toBe(4_000);
    expect(fullPages(new AdaptiveCount(0.99), 7).at(-1)).toBe(400);
  });

  it("asks for half when the server is slow, and then grows in small steps", () => {
    const count = new AdaptiveCount(0.1);
    fullPages(count, 5);
    count.slowDown();
    expect(count.count).toBe(200);
    expect(fullPages(count, 3)).toEqual([220, 242, 266]);
  });

  it("never asks for less than ten", () => {
    const count = new AdaptiveCount(0.1);
    for (let i = 0; i < 20; i++) count.slowDown();
    expect(count.count).toBe(10);
    expect(fullPages(count, 2)).toEqual([20, 30]);
  });

  it("asks for more while a filter leaves almost nothing of a page, and for less when it does not any more", () => {
    const count = new AdaptiveCount(0.1);
    for (let i = 0; i < 10; i++) count.pageCame(count.count, 0, 0);
    expect(count.count).toBe(5_000);
    count.pageCame(5_000, 500, 10_000);
    expect(count.count).toBe(400);
  });

  it("keeps the names of a page to about a megabyte", () => {
    const count = new AdaptiveCount(0.1);
    count.pageCame(100, 100, 100 * 65_536);
    expect(count.count).toBe(16);
    count.pageCame(16, 16, 16 * 65_536);
    expect(count.count).toBe(16);
    count.pageCame(16, 16, 16 * 20);
    expect(count.count).toBe(32);
  });
});
