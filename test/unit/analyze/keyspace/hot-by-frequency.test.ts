import { expect, it } from "vitest";
import { HotByFrequency } from "../../../../src/analyze/keyspace/hot-by-frequency.js";
import { hashSlot } from "../../../../src/model/hash-slot.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import { keyPage, pageNode } from "../../../support/key-page.js";
import { inPages, randomKeys } from "../../../support/random-keys.js";
import { factsOf, factsOfShuffles, factsWhenResumed, type CheckedReducer } from "../../../support/reducer-checks.js";

function hotOf(limit: number, ...pages: KeyPage[]): HotByFrequency {
  const hot = new HotByFrequency(limit);
  for (const page of pages) hot.add(page);
  return hot;
}

const page = keyPage({
  rows: [
    { name: "cool", frequency: 6 },
    { name: "hot", frequency: 200 },
    { name: "not-asked", frequency: null },
    { name: "warm", frequency: 40 },
  ],
});

it("lists the keys with the highest counters, most first", () => {
  const facts = hotOf(2, page).facts(false);
  expect(facts).toMatchObject({ method: "frequency", seconds: null });
  expect(facts.keys).toEqual([
    { key: "hot", node: pageNode, slot: null, score: 200, percent: null },
    { key: "warm", node: pageNode, slot: null, score: 40, percent: null },
  ]);
});

it("has the slot in a cluster", () => {
  expect(hotOf(1, page).facts(true).keys[0]?.slot).toBe(hashSlot("hot"));
});

it("says that the counter is logarithmic and decays, and by which settings", () => {
  const notes = hotOf(2, page).facts(false).notes.join(" ");
  expect(notes).toMatch(/logarithmic: with lfu-log-factor/);
  expect(notes).toMatch(/lfu-decay-time/);
});

it("warns when the last one listed may never have been used", () => {
  const fresh = keyPage({ rows: [{ name: "a", frequency: 5 }] });
  expect(hotOf(9, page).facts(false).notes.join()).not.toContain("never");
  expect(hotOf(9, page, fresh).facts(false).notes.join()).toContain("Keys begin at 5");
});

it("says how many more have the counter of the last one", () => {
  const rows = ["a", "b", "c", "d"].map((name) => ({ name, frequency: 9 }));
  const facts = hotOf(1, keyPage({ rows })).facts(false);
  expect(facts.keys.map(({ key }) => key)).toEqual(["a"]);
  expect(facts.notes).toContain("3 more have the counter of the last one listed, 9.");
});

it("says so when no counter could be read", () => {
  const none = keyPage({ rows: [{ name: "a", frequency: null }] });
  expect(hotOf(1, none).facts(false)).toMatchObject({ keys: [], notes: ["No key's counter could be read."] });
});

it("equals sorting, gives the same facts whatever the order of the pages, and when it was saved and restored", () => {
  const rows = randomKeys({ seed: 61, keys: 2_000 });
  const pages = inPages(rows);
  const checked: CheckedReducer<HotByFrequency> = {
    empty: () => new HotByFrequency(20),
    restore: (saved) => HotByFrequency.restore(saved),
    facts: (hot) => hot.facts(true),
  };
  const sorted = rows.sort((a, b) => (b.frequency ?? 0) - (a.frequency ?? 0) || (a.name < b.name ? -1 : 1));
  expect(
    hotOf(20, ...pages)
      .facts(true)
      .keys.map(({ key }) => key),
  ).toEqual(sorted.slice(0, 20).map(({ name }) => name));
  const facts = factsOf(checked, pages);
  expect(factsOfShuffles(checked, pages)).toEqual(Array.from({ length: 5 }, () => facts));
  expect(factsWhenResumed(checked, pages)).toEqual(facts);
});
