import { describe, expect, it } from "vitest";
import { Pacer } from "../../../../src/collect/keyspace/pacer.js";

describe("Pacer", () => {
  it("never waits without a rate", () => {
    const pacer = new Pacer(null);
    expect(pacer.mostKeys).toBe(Infinity);
    expect(pacer.waitMs(0, 1_000_000)).toBe(0);
  });

  it("waits after each page as long as its keys are worth", () => {
    const pacer = new Pacer(1_000);
    expect(pacer.mostKeys).toBe(100);
    expect(pacer.waitMs(0, 100)).toBe(100);
    expect(pacer.waitMs(100, 100)).toBe(100);
    expect(pacer.waitMs(250, 100)).toBe(100);
  });

  it("makes up for a page that was larger than asked for", () => {
    const pacer = new Pacer(1_000);
    expect(pacer.waitMs(0, 100)).toBe(100);
    expect(pacer.waitMs(0, 100)).toBe(200);
  });

  it("asks for at least one key", () => {
    expect(new Pacer(1).mostKeys).toBe(1);
    expect(new Pacer(1).waitMs(0, 3)).toBe(3_000);
  });
});
