import { describe, expect, it } from "vitest";
import { GroupStatistics } from "../../../../src/analyze/keyspace/group-statistics.js";
import { keyPage, seededRandom, type KeyRow } from "../../../support/key-page.js";

function statisticsOf(rows: KeyRow[], seed = 1): GroupStatistics {
  const statistics = new GroupStatistics(seededRandom(seed));
  const page = keyPage({ rows });
  for (let i = 0; i < rows.length; i++) statistics.add(page, i);
  return statistics;
}

/** All but the samples, which are drawn. */
function figures(statistics: GroupStatistics): unknown {
  const { samples, ...rest } = statistics.save() as Record<string, unknown>;
  expect(samples).toBeDefined();
  const quantiles = [statistics.ttlSeconds?.quantiles() ?? null, statistics.idleSeconds?.quantiles() ?? null];
  return { ...rest, ttlSeconds: quantiles[0], idleSeconds: quantiles[1] };
}

const random = seededRandom(5);
const rows: KeyRow[] = Array.from({ length: 300 }, (_, i) => ({
  name: `k:${i}`,
  type: ["string", "hash", "zset"][i % 3] ?? null,
  bytes: i % 7 === 0 ? null : Math.floor(random() * 1000),
  elements: i % 3 === 0 ? null : i,
  ttlMs: i % 4 === 0 ? -1 : i % 5 === 0 ? null : Math.floor(random() * 1e8),
  encoding: i % 10 === 0 ? "listpack" : null,
  idleSeconds: i % 10 === 0 ? i : null,
}));

describe("GroupStatistics", () => {
  it("counts what the report says of a group, and keeps unknown apart from 0", () => {
    const statistics = statisticsOf([
      { name: "ab", bytes: 100, ttlMs: -1 },
      { name: "abc", bytes: 300, ttlMs: 1500, type: "hash", encoding: "listpack", idleSeconds: 7 },
      { name: "abcd", bytes: null, ttlMs: null, type: null },
    ]);
    expect(statistics).toMatchObject({
      keys: 3,
      measuredKeys: 2,
      bytes: { sum: 400, squares: 100_000 },
      largestBytes: 300,
      nameBytes: 9,
      ttlKeys: 2,
      withoutTtl: 1,
      withoutTtlBytes: { sum: 100, squares: 10_000 },
      items: 0,
    });
    expect(statistics.types.counts()).toEqual({ string: 1, hash: 1 });
    expect(statistics.encodings?.counts()).toEqual({ listpack: 1 });
    expect(statistics.ttlSeconds?.quantiles()?.max).toBe(2);
    expect(statistics.idleSeconds?.quantiles()?.max).toBe(7);
  });

  it("counts the items of Memcached that were never fetched", () => {
    const statistics = statisticsOf([
      { name: "a", slabClass: 1, fetched: true },
      { name: "b", slabClass: 1, fetched: false },
      { name: "c", slabClass: 1, fetched: false },
    ]);
    expect(statistics).toMatchObject({ items: 3, neverFetched: 2 });
  });

  it.each([0, 1, 10, 150, 299])("merged of two parts (%i keys and the rest) is what the whole is", (at) => {
    const merged = statisticsOf(rows.slice(0, at));
    merged.merge(statisticsOf(rows.slice(at)));
    expect(figures(merged)).toEqual(figures(statisticsOf(rows)));
  });

  it.each([1, 12, 200])("saved as JSON after %i keys and restored it goes on as if nothing had been", (at) => {
    const saved: unknown = JSON.parse(JSON.stringify(statisticsOf(rows.slice(0, at)).save()));
    const restored = GroupStatistics.restore(saved, seededRandom(1));
    expect(restored.samples).toHaveLength(Math.min(at, 8));
    const page = keyPage({ rows: rows.slice(at) });
    for (let i = 0; i < page.names.length; i++) restored.add(page, i);
    expect(figures(restored)).toEqual(figures(statisticsOf(rows)));
  });

  it("does not change what was saved", () => {
    const statistics = statisticsOf(rows.slice(0, 5));
    const saved = statistics.save();
    const before = JSON.stringify(saved);
    const page = keyPage({ rows: rows.slice(5) });
    for (let i = 0; i < page.names.length; i++) statistics.add(page, i);
    expect(JSON.stringify(saved)).toBe(before);
  });
});

describe("samples", () => {
  /** How often each tenth of 1,000 keys is among the samples; of 300 groups 2,400 keys, 240 a tenth, ±60 is four deviations. */
  function tenths(draw: (seed: number) => GroupStatistics): number[] {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 300; seed++) {
      for (const { name } of draw(seed).samples) {
        const tenth = Math.floor(Number(name.slice(2)) / 100);
        counts[tenth] = (counts[tenth] ?? 0) + 1;
      }
    }
    return counts;
  }

  const thousand = Array.from({ length: 1000 }, (_, i) => ({ name: `k:${i}` }));

  it("takes early and late keys alike", () => {
    for (const count of tenths((seed) => statisticsOf(thousand, seed))) expect(Math.abs(count - 240)).toBeLessThan(60);
  });

  it("takes the keys of merged groups by how many there were", () => {
    const counts = tenths((seed) => {
      const merged = statisticsOf(thousand.slice(0, 300), seed);
      merged.merge(statisticsOf(thousand.slice(300), seed + 1000));
      return merged;
    });
    for (const count of counts) expect(Math.abs(count - 240)).toBeLessThan(60);
  });

  it("carries what a closer look needs", () => {
    const statistics = statisticsOf([{ name: "a:1", type: "hash" }]);
    expect(statistics.samples).toEqual([{ node: "10.0.0.1:6379", database: 0, name: "a:1", type: "hash" }]);
  });

  it("keeps fewer long names, and shows one that is too long to keep", () => {
    const long = statisticsOf(Array.from({ length: 20 }, (_, i) => ({ name: "x".repeat(250) + String(i) })));
    expect(long.samples).toHaveLength(2);
    const huge = statisticsOf([{ name: "y".repeat(1_000_000) }]);
    expect(huge.samples).toEqual([]);
    expect(huge.example).toBe(`${"y".repeat(256)}… (1000000 bytes)`);
    expect(JSON.stringify(huge.save()).length).toBeLessThan(2000);
  });
});
