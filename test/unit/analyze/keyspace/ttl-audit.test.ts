import { describe, expect, it } from "vitest";
import { TtlAudit } from "../../../../src/analyze/keyspace/ttl-audit.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import { keyPage, pageReadAtMs, seededRandom } from "../../../support/key-page.js";
import { inPages, randomKeys } from "../../../support/random-keys.js";
import { factsOf, factsOfShuffles, factsWhenResumed, type CheckedReducer } from "../../../support/reducer-checks.js";

const exactly = (value: number) => ({ value, plusMinus: 0 });
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function auditOf(pages: KeyPage[], ratio = 1, nowMs = pageReadAtMs) {
  const audit = new TtlAudit();
  for (const page of pages) audit.add(page);
  return audit.facts(ratio, nowMs);
}

const checked: CheckedReducer<TtlAudit> = {
  empty: () => new TtlAudit(),
  restore: (saved) => TtlAudit.restore(saved),
  facts: (audit) => audit.facts(1, pageReadAtMs),
};

describe("keys and bytes", () => {
  it("are told apart by whether they have a TTL, whether they have none, and whether that is known", () => {
    const rows = [
      { name: "a", ttlMs: 5_000, bytes: 10 },
      { name: "b", ttlMs: -1, bytes: 20 },
      { name: "c", ttlMs: -1, bytes: 30 },
      { name: "d", ttlMs: null, bytes: 40 },
    ];
    expect(auditOf([keyPage({ rows })])).toMatchObject({
      withTtl: exactly(1),
      withoutTtl: exactly(2),
      withTtlBytes: exactly(10),
      withoutTtlBytes: exactly(50),
      unknownKeys: 1,
    });
  });

  it("have null bytes everywhere when no key's bytes are known", () => {
    const facts = auditOf([keyPage({ rows: [{ name: "a", ttlMs: 5_000, bytes: null }] })]);
    expect([facts.withTtlBytes, facts.withoutTtlBytes]).toEqual([null, null]);
    expect(facts.distribution.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 8 }, () => null));
  });

  it("are 0 of an empty keyspace", () => {
    expect(auditOf([])).toMatchObject({ withTtl: exactly(0), withoutTtlBytes: exactly(0), unknownKeys: 0, cliffs: [] });
  });
});

describe("the distribution", () => {
  it("has eight ranges that meet, the last open-ended", () => {
    const { distribution } = auditOf([]);
    expect(distribution.map(({ fromSeconds }) => fromSeconds)).toEqual([
      0, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000,
    ]);
    expect(distribution.map(({ toSeconds }) => toSeconds)).toEqual([
      ...distribution.slice(1).map(({ fromSeconds }) => fromSeconds),
      null,
    ]);
  });

  it.each([
    [0, 0],
    [59_999, 0],
    [60_000, 1],
    [599_999, 1],
    [600_000, 2],
    [3_600_000, 3],
    [21_600_000, 4],
    [86_399_999, 4],
    [86_400_000, 5],
    [7 * dayMs, 6],
    [30 * dayMs - 1, 6],
    [30 * dayMs, 7],
    [1_000 * dayMs, 7],
  ])("puts %i ms into range %i", (ttlMs, range) => {
    const { distribution } = auditOf([keyPage({ rows: [{ name: "a", ttlMs, bytes: 9 }] })]);
    expect(distribution.map(({ keys, bytes }) => [keys.value, bytes?.value])).toEqual(
      Array.from({ length: 8 }, (_, index) => (index === range ? [1, 9] : [0, 0])),
    );
  });
});

describe("cliffs", () => {
  const due = (atMs: number, count: number, readAtMs = pageReadAtMs) =>
    keyPage({
      rows: Array.from({ length: count }, (_, index) => ({ name: `${atMs}:${index}`, ttlMs: atMs - readAtMs })),
      readAtMs,
    });

  it("join keys that are due in one minute though they were read at different times", () => {
    const minute = pageReadAtMs + 90 * minuteMs;
    const facts = auditOf([due(minute + 1, 2), due(minute + 59_999, 1, pageReadAtMs + 30_000), due(minute - 1, 1)]);
    expect(facts.cliffs).toEqual([
      { at: minute / 1000, keys: exactly(3), percent: 75 },
      { at: minute / 1000 - 60, keys: exactly(1), percent: 25 },
    ]);
  });

  it("are the ten fullest, the earlier of equal ones first", () => {
    const pages = Array.from({ length: 15 }, (_, index) => due(pageReadAtMs + (index + 1) * minuteMs, 1 + (index % 3)));
    const { cliffs } = auditOf(pages);
    expect(cliffs.map(({ keys }) => keys.value)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]);
    expect(cliffs.map(({ at }) => (at * 1000 - pageReadAtMs) / minuteMs)).toEqual([3, 6, 9, 12, 15, 2, 5, 8, 11, 14]);
  });

  it("are exact up to ten weeks ahead, and not looked for beyond", () => {
    const facts = auditOf([due(pageReadAtMs + 70 * dayMs, 2), due(pageReadAtMs + 70 * dayMs + 1, 5)]);
    expect(facts.cliffs.map(({ keys }) => keys.value)).toEqual([2]);
    expect(facts.withTtl).toEqual(exactly(7));
  });

  it("lie ahead: a minute that is over is none, the current one is", () => {
    const pages = [due(pageReadAtMs + 30_000, 4), due(pageReadAtMs + 61_000, 1)];
    expect(auditOf(pages, 1, pageReadAtMs + 59_999).cliffs).toHaveLength(2);
    expect(auditOf(pages, 1, pageReadAtMs + 60_000).cliffs).toEqual([
      { at: pageReadAtMs / 1000 + 60, keys: exactly(1), percent: 20 },
    ]);
  });

  it("are seen when pages come latest first, over midnight", () => {
    const pages = [due(pageReadAtMs + 40 * dayMs, 1), due(pageReadAtMs + minuteMs, 3, pageReadAtMs - 2 * dayMs)];
    expect(auditOf(pages).cliffs.map(({ keys }) => keys.value)).toEqual([3, 1]);
  });
});

describe("on random keys", () => {
  const rows = randomKeys({ seed: 31, keys: 3_000 });

  it("equals counting by hand", () => {
    const facts = auditOf(inPages(rows));
    const withTtl = rows.filter(({ ttlMs }) => ttlMs !== -1);
    expect(facts.withTtl.value).toBe(withTtl.length);
    expect(facts.withTtlBytes?.value).toBe(withTtl.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0));
    for (const { fromSeconds, toSeconds, keys } of facts.distribution) {
      const inRange = withTtl.filter(
        ({ ttlMs }) => (ttlMs ?? 0) >= 1000 * fromSeconds && (ttlMs ?? 0) < 1000 * (toSeconds ?? Infinity),
      );
      expect(keys.value).toBe(inRange.length);
    }
    const byMinute = new Map<number, number>();
    for (const { readAtMs, ttlMs } of inPages(rows))
      for (const left of ttlMs) {
        const at = 60 * Math.floor((readAtMs + (left ?? 0)) / minuteMs);
        if (left !== null && left !== -1 && left <= 70 * dayMs) byMinute.set(at, (byMinute.get(at) ?? 0) + 1);
      }
    const fullest = [...byMinute].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 10);
    expect(facts.cliffs.map(({ at, keys }) => [at, keys.value])).toEqual(fullest);
  });

  it("gives the same facts whatever the order of the pages, and when it was saved and restored", () => {
    const pages = inPages(rows);
    const facts = factsOf(checked, pages);
    expect(factsOfShuffles(checked, pages)).toEqual(Array.from({ length: 5 }, () => facts));
    expect(factsWhenResumed(checked, pages)).toEqual(facts);
  });

  it("covers the truth with its intervals in about 95 of 100 samples", () => {
    const truth = auditOf(inPages(rows));
    let [keysCovered, bytesCovered] = [0, 0];
    for (let trial = 0; trial < 100; trial++) {
      const random = seededRandom(3_000 + trial);
      const { withoutTtl, withoutTtlBytes } = auditOf(inPages(rows.filter(() => random() < 0.2)), 0.2);
      if (Math.abs(withoutTtl.value - truth.withoutTtl.value) <= withoutTtl.plusMinus) keysCovered++;
      const bytes = withoutTtlBytes ?? { value: NaN, plusMinus: 0 };
      if (Math.abs(bytes.value - (truth.withoutTtlBytes?.value ?? 0)) <= bytes.plusMinus) bytesCovered++;
    }
    expect(Math.min(keysCovered, bytesCovered)).toBeGreaterThanOrEqual(90);
    expect(Math.max(keysCovered, bytesCovered)).toBeLessThan(100);
  });
});
