import { describe, expect, it } from "vitest";
import { jitteredTtlMs } from "../../../src/model/jittered-ttl.js";

describe("a jittered time to live", () => {
  const lives = Array.from({ length: 10_000 }, (_, i) => jitteredTtlMs(`page:${i}`, 60));

  it("lies between half of the wanted one and all of it", () => {
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...lives)).toBeLessThanOrEqual(60_000);
  });

  it("is always the same for the same key", () => {
    expect(jitteredTtlMs("page:1", 60)).toBe(jitteredTtlMs("page:1", 60));
  });

  it("spreads keys that differ in a digit evenly", () => {
    const tenths = new Array<number>(10).fill(0);
    for (const ms of lives) {
      const tenth = Math.min(9, Math.floor((ms - 30_000) / 3_000));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });

  it("is never 0, which would be no time to live at all", () => {
    expect(jitteredTtlMs("a", 0.0001)).toBeGreaterThan(0);
  });
});
