import { describe, expect, it } from "vitest";
import { quotas, shareOut } from "../../../src/plan/share-out.js";

describe("shareOut", () => {
  it("divides what divides evenly", () => {
    expect(shareOut(16_384, [1, 1, 1, 1], [16_384, 0, 0, 0])).toEqual([4096, 4096, 4096, 4096]);
  });

  it("leaves the slot that is over with one who has it, so that one slot less moves", () => {
    expect(shareOut(16_384, [1, 1, 1], [5000, 5000, 6384])).toEqual([5461, 5461, 5462]);
    expect(shareOut(16_384, [1, 1, 1], [6384, 5000, 5000])).toEqual([5462, 5461, 5461]);
  });

  it("leaves a levelled cluster as it is, whoever has the slot that is over", () => {
    for (const have of [
      [5462, 5461, 5461],
      [5461, 5462, 5461],
      [5461, 5461, 5462],
    ])
      expect(shareOut(16_384, [1, 1, 1], have)).toEqual(have);
  });

  it("goes by the largest remainder among those who have alike", () => {
    expect(shareOut(10, [5, 3, 2.9], [0, 0, 0])).toEqual([4, 3, 3]);
    expect(shareOut(10, [3.4, 3.3, 3.3], [0, 0, 0])).toEqual([4, 3, 3]);
  });

  it("gives nothing for the weight 0", () => {
    expect(shareOut(16_384, [0, 1, 3], [16_384, 0, 0])).toEqual([0, 4096, 12_288]);
  });

  it("takes fractions for what they are meant to be", () => {
    expect(shareOut(16_384, [0.1, 0.1, 0.2], [0, 0, 16_384])).toEqual([4096, 4096, 8192]);
    expect(quotas(10, [0.1, 0.3])).toEqual([2.5, expect.closeTo(7.5) as number]);
  });

  it("shares out nothing", () => {
    expect(shareOut(0, [1, 2], [0, 0])).toEqual([0, 0]);
  });
});
