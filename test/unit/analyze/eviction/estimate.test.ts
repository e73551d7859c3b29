import { describe, expect, it } from "vitest";
import { estimateBytes, estimateKeys } from "../../../../src/analyze/eviction/estimate.js";
import { many, sampled } from "../../../support/eviction-views.js";

const stratum = (keys: ReturnType<typeof many>, totalKeys: number) => ({ node: "n", database: 0, totalKeys, keys });
const isOld = ({ idleSeconds }: { idleSeconds: number | null }) => idleSeconds === 7_200;

describe("a stratified estimate", () => {
  it("is exact where every key was seen", () => {
    expect(estimateKeys([stratum(many(30), 30)], isOld)).toEqual({ value: 30, plusMinus: 0 });
  });

  it("weighs each stratum by the keys that it stands for", () => {
    const strata = [stratum(many(10), 1_000), stratum(many(10, { idleSeconds: 1 }), 10)];
    expect(estimateKeys(strata, isOld).value).toBe(1_000);
  });

  it("gives 1.96 standard errors of a share: half of 100 out of 10,000 keys", () => {
    const { value, plusMinus } = estimateKeys([stratum([...many(50), ...many(50, { idleSeconds: 1 })], 10_000)], isOld);
    expect(value).toBe(5_000);
    expect(plusMinus).toBeCloseTo(1.96 * 10_000 * Math.sqrt((0.99 * 0.25) / 99), -1);
  });

  it("does not take what it did not see for nothing", () => {
    expect(estimateKeys([stratum(many(100), 10_000)], () => false)).toEqual({ value: 0, plusMinus: 300 });
  });

  it("knows no bytes where no size is known", () => {
    expect(estimateBytes([stratum([sampled({ bytes: null })], 1)], isOld)).toBeNull();
  });
});
