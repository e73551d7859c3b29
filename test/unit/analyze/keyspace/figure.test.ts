import { expect, it } from "vitest";
import { countFigure, figure } from "../../../../src/analyze/keyspace/figure.js";
import { seededRandom } from "../../../support/key-page.js";

it("is exact when every key was looked at", () => {
  expect(figure({ sum: 1_234, squares: 999_999 }, 1)).toEqual({ value: 1_234, plusMinus: 0 });
});

it("scales a sample up, with 1.96 standard errors", () => {
  // 100 of 1,000 keys: 1.96 · sqrt(0.9 · 100) / 0.1
  expect(countFigure(100, 0.1)).toEqual({ value: 1_000, plusMinus: 186 });
});

it("is 0 of no keys, which says nothing about rare ones", () => {
  expect(countFigure(0, 0.01)).toEqual({ value: 0, plusMinus: 0 });
});

it.each([0.01, 0.1, 0.5])("covers the truth in about 95 of 100 samples of %d", (ratio) => {
  const random = seededRandom(81);
  const values = Array.from({ length: 20_000 }, () => 50 + Math.floor(1_000 * random() ** 3));
  const truth = values.reduce((sum, value) => sum + value, 0);
  let covered = 0;
  for (let trial = 0; trial < 100; trial++) {
    const sample = values.filter(() => random() < ratio);
    const sum = sample.reduce((total, value) => total + value, 0);
    const squares = sample.reduce((total, value) => total + value * value, 0);
    const { value, plusMinus } = figure({ sum, squares }, ratio);
    if (Math.abs(value - truth) <= plusMinus) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(90);
  expect(covered).toBeLessThan(100);
});
