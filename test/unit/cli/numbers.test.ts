import { describe, expect, it } from "vitest";
import { percentage, positiveCount, wholeNumber } from "../../../src/cli/numbers.js";

describe("numbers on the command line", () => {
  it("takes counts as they are, in thousands and in millions", () => {
    expect(["500", "10k", "2M"].map(positiveCount)).toEqual([500, 10_000, 2_000_000]);
  });

  it.each(["0", "-1", "1.5", "10K", "", "1e6", "many"])("refuses the count %j", (text) => {
    expect(() => positiveCount(text)).toThrow("above 0");
  });

  it("takes 0 where an index is meant", () => {
    expect(wholeNumber("0")).toBe(0);
    expect(() => wholeNumber("one")).toThrow("whole number");
  });

  it("takes a share in percent as a ratio", () => {
    expect([percentage("1%"), percentage("12.5%"), percentage("100%")]).toEqual([0.01, 0.125, 1]);
  });

  it.each(["0%", "101%", "0.5", "-1%", "%"])("refuses the share %j", (text) => {
    expect(() => percentage(text)).toThrow("at most 100%");
  });
});
