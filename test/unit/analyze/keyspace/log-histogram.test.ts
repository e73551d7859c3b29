import { expect, it } from "vitest";
import { LogHistogram } from "../../../../src/analyze/keyspace/log-histogram.js";
import { seededRandom } from "../../../support/key-page.js";

function histogramOf(values: number[]): LogHistogram {
  const histogram = new LogHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** Five decades, as TTLs and idle times are. */
function randomValues(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(10 * 10 ** (5 * random())));
}

it("has no quantiles without values", () => {
  expect(histogramOf([]).quantiles()).toBeNull();
});

it("has zeros as zeros when there is nothing else", () => {
  expect(histogramOf([0, 0]).quantiles()).toEqual({ p10: 0, p50: 0, p90: 0, max: 0 });
});

it("is off by 9 % and a rounding at most, and exact in the largest", () => {
  const values = randomValues(71, 5_001).sort((a, b) => a - b);
  const quantiles = histogramOf(values).quantiles();
  for (const [share, quantile] of [
    [0.1, quantiles?.p10],
    [0.5, quantiles?.p50],
    [0.9, quantiles?.p90],
  ] as const) {
    const exact = values[Math.ceil(share * values.length) - 1] ?? NaN;
    expect(Math.abs((quantile ?? NaN) - exact)).toBeLessThanOrEqual(0.0906 * exact + 0.5);
  }
  expect(quantiles?.max).toBe(values.at(-1));
});

it.each([1, 2, 3, 7, 8, 1_000, 65_536, 2 ** 40])("puts %i into a bucket whose middle is near", (value) => {
  const p50 = histogramOf([value, value, 2 ** 45]).quantiles()?.p50 ?? NaN;
  expect(Math.abs(p50 - value)).toBeLessThanOrEqual(0.0906 * value + 0.5);
});

it("takes in values beyond its last bucket", () => {
  expect(histogramOf([1e18]).quantiles()?.max).toBe(1e18);
});

it("merges to what one histogram of all values is", () => {
  const [one, other] = [randomValues(72, 300), randomValues(73, 500)];
  const merged = histogramOf(one);
  merged.merge(histogramOf(other));
  merged.merge(new LogHistogram());
  expect(merged.quantiles()).toEqual(histogramOf([...one, ...other]).quantiles());
  expect(merged.total).toBe(800);
});

it("merges into an empty one", () => {
  const empty = new LogHistogram();
  empty.merge(histogramOf([5, 5]));
  expect(empty.quantiles()).toMatchObject({ p50: 5, max: 5 });
});

it.each([0, 1, 400])("goes on after it was saved and restored with %i values", (count) => {
  const values = randomValues(74, count);
  const restored = LogHistogram.restore(JSON.parse(JSON.stringify(histogramOf(values).save())));
  expect(restored.total).toBe(count);
  expect(restored.quantiles()).toEqual(histogramOf(values).quantiles());
  restored.add(3);
  expect(restored.quantiles()).toEqual(histogramOf([...values, 3]).quantiles());
});
