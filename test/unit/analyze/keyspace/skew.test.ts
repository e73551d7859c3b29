import { describe, expect, it } from "vitest";
import { SkewReducer } from "../../../../src/analyze/keyspace/skew.js";
import { hashSlot } from "../../../../src/model/hash-slot.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import type { SlotStats } from "../../../../src/model/slot-stats.js";
import { keyPage, seededRandom } from "../../../support/key-page.js";
import { inPages, randomKeys } from "../../../support/random-keys.js";
import { factsOf, factsOfShuffles, factsWhenResumed, type CheckedReducer } from "../../../support/reducer-checks.js";

const exactly = (value: number) => ({ value, plusMinus: 0 });

interface Given {
  isCluster?: boolean;
  ratio?: number;
  slotsByNode?: Record<string, number>;
  slotStats?: Record<string, SlotStats>;
}

function skewOf(pages: KeyPage[], { isCluster = true, ratio = 1, slotsByNode = {}, slotStats = {} }: Given = {}) {
  const reducer = new SkewReducer(isCluster);
  for (const page of pages) reducer.add(page);
  return reducer.facts(ratio, new Map(Object.entries(slotsByNode)), new Map(Object.entries(slotStats)));
}

describe("nodes", () => {
  it("have their keys, bytes and slots, by address", () => {
    const pages = [
      keyPage({ rows: [{ name: "a", bytes: 10 }], node: "b:1" }),
      keyPage({ rows: [{ name: "b", bytes: 20 }, { name: "c" }], node: "a:1" }),
      keyPage({ rows: [{ name: "d", bytes: 5 }], node: "b:1" }),
    ];
    expect(skewOf(pages, { slotsByNode: { "b:1": 9_000 } }).nodes).toEqual([
      { node: "a:1", keys: exactly(2), bytes: exactly(84), slots: null },
      { node: "b:1", keys: exactly(2), bytes: exactly(15), slots: 9_000 },
    ]);
  });

  it("are listed when they own slots and have no keys, which is the worst skew", () => {
    const pages = [keyPage({ rows: [{ name: "a", bytes: 10 }], node: "b:1" })];
    expect(skewOf(pages, { slotsByNode: { "a:1": 5, "b:1": 5 } }).nodes[0]).toEqual({
      node: "a:1",
      keys: exactly(0),
      bytes: exactly(0),
      slots: 5,
    });
  });

  it("have null bytes when no key's bytes are known", () => {
    const facts = skewOf([keyPage({ rows: [{ name: "{t}a", bytes: null }] })], { slotsByNode: { empty: 1 } });
    expect(facts.nodes.map(({ bytes }) => bytes)).toEqual([null, null]);
    expect(facts.slots[0]).toMatchObject({ keys: exactly(1), bytes: null });
    expect(facts.hashTags[0]).toMatchObject({ tag: "t", keys: exactly(1), bytes: null });
  });
});

describe("slots", () => {
  it("are the twenty heaviest by bytes, with what SLOT-STATS says of them on their own node", () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({ name: `k${index}`, bytes: 100 + index }));
    const heaviest = hashSlot("k29");
    const stats = (cpuMicroseconds: number): SlotStats =>
      new Map([[heaviest, { keys: 1, cpuMicroseconds, networkBytes: 80 }]]);
    const { slots } = skewOf([keyPage({ rows, node: "a:1" })], { slotStats: { "a:1": stats(7), "b:1": stats(9) } });
    expect(slots).toHaveLength(20);
    expect(slots[0]).toEqual({
      slot: heaviest,
      node: "a:1",
      keys: exactly(1),
      bytes: exactly(129),
      cpuMicroseconds: 7,
      networkBytes: 80,
    });
    expect(slots[1]).toMatchObject({ slot: hashSlot("k28"), cpuMicroseconds: null, networkBytes: null });
  });

  it("are by keys where bytes are not known, the lesser slot first among equals", () => {
    const names = ["{a}1", "{a}2", "b", "c"];
    const { slots } = skewOf([keyPage({ rows: names.map((name) => ({ name, bytes: null })) })]);
    const [one, two] = [hashSlot("b"), hashSlot("c")].sort((a, b) => a - b);
    expect(slots.map(({ slot }) => slot)).toEqual([hashSlot("a"), one, two]);
  });

  it("belong to the same node whichever was read first while a slot moves", () => {
    const pages = ["b:1", "a:1"].map((node) => keyPage({ rows: [{ name: `{s}${node}` }], node }));
    expect(skewOf(pages).slots).toEqual(skewOf(pages.toReversed()).slots);
    expect(skewOf(pages).slots[0]).toMatchObject({ node: "a:1", keys: exactly(2) });
  });

  it("are none outside a cluster", () => {
    expect(skewOf([keyPage({ rows: [{ name: "a" }] })], { isCluster: false }).slots).toEqual([]);
  });
});

describe("hash tags", () => {
  const rows = [
    { name: "{big}:1", bytes: 700 },
    { name: "{big}:2", bytes: 300 },
    { name: "x{small}", bytes: 10 },
    { name: "{}none", bytes: 5_000 },
    { name: "{open", bytes: 5_000 },
    { name: "plain", bytes: 5_000 },
  ];

  it("are the heaviest, with their slot in a cluster", () => {
    expect(skewOf([keyPage({ rows })]).hashTags).toEqual([
      { tag: "big", keys: exactly(2), bytes: exactly(1_000), slot: hashSlot("big") },
      { tag: "small", keys: exactly(1), bytes: exactly(10), slot: hashSlot("small") },
    ]);
  });

  it("are counted outside a cluster too, where they have no slot", () => {
    expect(skewOf([keyPage({ rows })], { isCluster: false }).hashTags[0]).toMatchObject({ tag: "big", slot: null });
  });

  it("are none where names have none", () => {
    expect(skewOf([keyPage({ rows: [{ name: "plain" }, { name: "{}" }] })]).hashTags).toEqual([]);
  });
});

describe("on random keys", () => {
  const rows = randomKeys({ seed: 41, keys: 3_000 });
  const pages = inPages(rows);
  const checked: CheckedReducer<SkewReducer> = {
    empty: () => new SkewReducer(true),
    restore: (saved) => SkewReducer.restore(saved),
    facts: (reducer) => reducer.facts(1, new Map(), new Map()),
  };

  it("equals adding up by hand", () => {
    const bytesOf = new Map<number, number>();
    for (const { name, bytes } of rows) bytesOf.set(hashSlot(name), (bytesOf.get(hashSlot(name)) ?? 0) + (bytes ?? 0));
    const heaviest = [...bytesOf].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 20);
    const facts = skewOf(pages);
    expect(facts.slots.map(({ slot, bytes }) => [slot, bytes?.value])).toEqual(heaviest);
    for (const { tag, keys } of facts.hashTags)
      expect(keys).toEqual(exactly(rows.filter(({ name }) => name.startsWith(`{${tag}}`)).length));
    expect(facts.hashTags).toHaveLength(10);
  });

  it("gives the same facts whatever the order of the pages, and when it was saved and restored", () => {
    const facts = factsOf(checked, pages);
    expect(factsOfShuffles(checked, pages)).toEqual(Array.from({ length: 5 }, () => facts));
    expect(factsWhenResumed(checked, pages)).toEqual(facts);
  });

  it("covers the truth of a node and of a tag with its intervals in about 95 of 100 samples", () => {
    const truth = skewOf(pages);
    const covered = [0, 0];
    for (let trial = 0; trial < 100; trial++) {
      const random = seededRandom(4_000 + trial);
      const facts = skewOf(inPages(rows.filter(() => random() < 0.2)), { ratio: 0.2 });
      const tagOf = ({ hashTags }: typeof truth) => hashTags.find(({ tag }) => tag === "cart")?.bytes;
      const pairs = [
        [facts.nodes[0]?.bytes, truth.nodes[0]?.bytes],
        [tagOf(facts), tagOf(truth)],
      ];
      for (const [index, [estimate, exact]] of pairs.entries())
        if (estimate && exact && Math.abs(estimate.value - exact.value) <= estimate.plusMinus)
          covered[index] = (covered[index] ?? 0) + 1;
    }
    for (const count of covered) {
      expect(count).toBeGreaterThanOrEqual(90);
      expect(count).toBeLessThan(100);
    }
  });
});
