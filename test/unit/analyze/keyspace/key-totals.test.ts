import { expect, it } from "vitest";
import { KeyTotalsReducer } from "../../../../src/analyze/keyspace/key-totals.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import type { Figure } from "../../../../src/model/keyspace.js";
import { keyPage, seededRandom } from "../../../support/key-page.js";
import { inPages, randomKeys } from "../../../support/random-keys.js";
import { factsOf, factsOfShuffles, factsWhenResumed, type CheckedReducer } from "../../../support/reducer-checks.js";

const checked: CheckedReducer<KeyTotalsReducer> = {
  empty: () => new KeyTotalsReducer(),
  restore: (saved) => KeyTotalsReducer.restore(saved),
  facts: (reducer) => reducer.facts(1),
};

const exactly = (value: number): Figure => ({ value, plusMinus: 0 });

function totalsOf(...pages: KeyPage[]) {
  return (ratio: number) => {
    const reducer = new KeyTotalsReducer();
    for (const page of pages) reducer.add(page);
    return reducer.facts(ratio);
  };
}

it("adds up keys, bytes, elements and the bytes of names, in all and by type", () => {
  const page = keyPage({
    rows: [
      { name: "a", bytes: 50 },
      { name: "bcd", bytes: 70 },
      { name: "ef", type: "hash", bytes: 900, elements: 12 },
    ],
  });
  expect(totalsOf(page)(1)).toEqual({
    keys: exactly(3),
    bytes: exactly(1_020),
    nameBytes: exactly(6),
    byType: {
      hash: { keys: exactly(1), bytes: exactly(900), elements: exactly(12) },
      string: { keys: exactly(2), bytes: exactly(120), elements: null },
    },
  });
});

it("says null, not 0, of bytes and elements that no key had", () => {
  const totals = totalsOf(keyPage({ rows: [{ name: "a", type: "set", bytes: null, elements: null }] }))(1);
  expect(totals.bytes).toBeNull();
  expect(totals.byType["set"]).toEqual({ keys: exactly(1), bytes: null, elements: null });
});

it("says 0 bytes of an empty keyspace", () => {
  expect(totalsOf()(1)).toEqual({ keys: exactly(0), bytes: exactly(0), nameBytes: exactly(0), byType: {} });
});

it("lists keys whose type could not be asked as unknown", () => {
  expect(Object.keys(totalsOf(keyPage({ rows: [{ name: "a", type: null }, { name: "b" }] }))(1).byType)).toEqual([
    "string",
    "unknown",
  ]);
});

it("counts elements that are 0, apart from those not known", () => {
  const rows = [
    { name: "a", type: "stream", elements: 0 },
    { name: "b", type: "stream", elements: null },
  ];
  expect(totalsOf(keyPage({ rows }))(1).byType["stream"]?.elements).toEqual(exactly(0));
});

it("keeps apart more types than it has rows for at first", () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ name: "k", type: `module-${index % 20}`, bytes: index }));
  const { byType } = totalsOf(keyPage({ rows }))(1);
  expect(Object.keys(byType)).toHaveLength(20);
  expect(byType["module-19"]?.bytes).toEqual(exactly(19 + 39));
});

it("equals a sum by hand on random keys", () => {
  const rows = randomKeys({ seed: 11, keys: 2_000 });
  const facts = totalsOf(...inPages(rows))(1);
  expect(facts.bytes?.value).toBe(rows.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0));
  for (const type of new Set(rows.map((row) => row.type ?? ""))) {
    const ofType = rows.filter((row) => row.type === type);
    expect(facts.byType[type]?.keys.value).toBe(ofType.length);
    expect(facts.byType[type]?.elements?.value).toBe(
      type === "string" ? undefined : ofType.reduce((sum, { elements }) => sum + (elements ?? 0), 0),
    );
  }
});

it("gives the same facts whatever the order of the pages, and when it was saved and restored", () => {
  const pages = inPages(randomKeys({ seed: 12, keys: 1_500 }));
  const facts = factsOf(checked, pages);
  expect(factsOfShuffles(checked, pages)).toEqual(Array.from({ length: 5 }, () => facts));
  expect(factsWhenResumed(checked, pages)).toEqual(facts);
});

it("covers the truth with its interval in about 95 of 100 samples", () => {
  const rows = randomKeys({ seed: 13, keys: 5_000 });
  const bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
  const covered = { keys: 0, bytes: 0, hashes: 0 };
  const hashes = rows.filter(({ type }) => type === "hash").length;
  for (let trial = 0; trial < 100; trial++) {
    const random = seededRandom(1_000 + trial);
    const facts = totalsOf(...inPages(rows.filter(() => random() < 0.1)))(0.1);
    if (covers(facts.keys, rows.length)) covered.keys++;
    if (covers(facts.bytes, bytes)) covered.bytes++;
    if (covers(facts.byType["hash"]?.keys, hashes)) covered.hashes++;
  }
  for (const count of Object.values(covered)) {
    expect(count).toBeGreaterThanOrEqual(90);
    // An interval that always covers is too wide to say anything.
    expect(count).toBeLessThan(100);
  }
});

function covers(figure: Figure | null | undefined, truth: number): boolean {
  return figure !== null && figure !== undefined && Math.abs(figure.value - truth) <= figure.plusMinus;
}
