import { describe, expect, it } from "vitest";
import { FewValues } from "../../../../src/analyze/keyspace/few-values.js";
import { LogHistogram } from "../../../../src/analyze/keyspace/log-histogram.js";
import { Tally } from "../../../../src/analyze/keyspace/tally.js";

const values = Array.from({ length: 60 }, (_, i) => (i * 7919) % 1009);

function few(list: number[]): FewValues {
  const result = new FewValues();
  for (const value of list) result.add(value);
  return result;
}

function histogram(list: number[]): LogHistogram {
  const result = new LogHistogram();
  for (const value of list) result.add(value);
  return result;
}

describe("FewValues", () => {
  it.each([0, 1, 16, 17, 60])("has the quantiles of a histogram of the same %i values", (count) => {
    const list = values.slice(0, count);
    expect(few(list).quantiles()).toEqual(histogram(list).quantiles());
  });

  it.each([
    [3, 5],
    [3, 40],
    [40, 45],
    [40, 60],
    [0, 30],
  ])("merged of values up to %i and from there to %i has those of all", (at, end) => {
    const merged = few(values.slice(0, at));
    merged.merge(few(values.slice(at, end)));
    expect(merged.quantiles()).toEqual(histogram(values.slice(0, end)).quantiles());
  });

  it.each([5, 30])("goes on after %i values were saved as JSON", (at) => {
    const restored = FewValues.restore(JSON.parse(JSON.stringify(few(values.slice(0, at)).save())));
    for (const value of values.slice(at)) restored.add(value);
    expect(restored.quantiles()).toEqual(histogram(values).quantiles());
  });
});

describe("Tally", () => {
  it("counts texts, the most frequent first and equal ones by name", () => {
    const tally = new Tally();
    for (const name of ["zset", "hash", "string", "string"]) tally.add(name);
    expect(tally.entries()).toEqual([
      ["string", 2],
      ["hash", 1],
      ["zset", 1],
    ]);
    const other = new Tally();
    other.add("hash", 4);
    tally.merge(other);
    expect(tally.counts()).toEqual({ hash: 5, string: 2, zset: 1 });
  });
});
