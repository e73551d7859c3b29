import { describe, expect, it } from "vitest";
import { ItemClasses } from "../../../../src/analyze/keyspace/item-classes.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { keyPage, seededRandom, shuffled, type KeyRow } from "../../../support/key-page.js";

const node = "10.0.0.9:11211";

function items(count: number, row: Omit<KeyRow, "name">): KeyRow[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${row.slabClass ?? 0}:${i}`, ...row }));
}

function classesOf(...rows: KeyRow[][]): ItemClasses {
  const classes = new ItemClasses();
  for (const page of rows) classes.add(keyPage({ rows: page, node }));
  return classes;
}

const slab = (chunkSize: number, total: number, used: number) => ({
  chunk_size: chunkSize,
  total_chunks: total,
  used_chunks: used,
});

describe("ItemClasses", () => {
  it("sums items, bytes, waste and reads by class, the largest first", () => {
    const classes = classesOf(
      items(4, { slabClass: 1, bytes: 72, fetched: true, idleSeconds: 10 }),
      items(10, { slabClass: 5, bytes: 200, fetched: false, idleSeconds: 100 }),
    );
    const server = memcachedNode({
      memcachedSlabs: { classes: { "1": slab(96, 10, 4), "5": slab(240, 20, 10) } },
      memcachedItems: { "1": { evicted: 0 }, "5": { evicted: 3 } },
    });
    const facts = classes.facts([server]);
    expect(facts.classes).toMatchObject([
      { node, slabClass: 5, chunkBytes: 240, items: 10, itemBytes: 2_000, wastedPercent: 16.7, evicted: 3 },
      { node, slabClass: 1, chunkBytes: 96, items: 4, itemBytes: 288, wastedPercent: 25, evicted: 0 },
    ]);
    expect(facts.classes.map(({ neverFetchedPercent }) => neverFetchedPercent)).toEqual([100, 0]);
    expect(facts.neverFetchedPercent).toBe(71.4);
    expect(facts.ageSeconds?.max).toBe(100);
  });

  it("knows no chunks, waste or evictions where the statistics were not seen", () => {
    const server = memcachedNode({
      memcachedSlabs: missing("unreachable", "gone"),
      memcachedItems: missing("unreachable", "gone"),
    });
    for (const nodes of [[server], []])
      expect(classesOf(items(2, { slabClass: 1, bytes: 72 })).facts(nodes).classes).toMatchObject([
        { items: 2, chunkBytes: null, wastedPercent: null, evicted: null, verdict: "nothing to mend" },
      ]);
  });

  it("tells no waste of items that lie in several chunks", () => {
    const server = memcachedNode({ memcachedSlabs: { classes: { "39": slab(524_288, 4, 4) } } });
    const rows = items(1, { slabClass: 39, bytes: 900_000 });
    expect(classesOf(rows).facts([server]).classes[0]?.wastedPercent).toBeNull();
  });

  it("has nothing to say of servers that are not Memcached, and of none", () => {
    const nothing = { classes: [], neverFetchedPercent: null, ageSeconds: null };
    expect(classesOf([{ name: "k" }]).facts([])).toEqual(nothing);
    expect(new ItemClasses().facts([])).toEqual(nothing);
  });

  it("makes a whole of a sample, and leaves shares as they are", () => {
    const [first] = classesOf(items(10, { slabClass: 5, bytes: 200, fetched: true })).facts([], 0.1).classes;
    expect(first).toMatchObject({ items: 100, itemBytes: 20_000, neverFetchedPercent: 0 });
  });

  it("comes to the same whatever the order of the pages, and after a break", () => {
    const random = seededRandom(7);
    const rows = Array.from({ length: 500 }, (_, i) => ({
      name: `k${i}`,
      slabClass: 1 + Math.floor(random() * 40),
      bytes: Math.floor(random() * 1_000),
      fetched: random() < 0.5,
      idleSeconds: Math.floor(random() * 10_000),
    }));
    const expected = classesOf(rows).facts([memcachedNode()]);
    const mixed = shuffled(rows, random);
    const begun = classesOf(mixed.slice(0, 200));
    const resumed = ItemClasses.restore(JSON.parse(JSON.stringify(begun.save())));
    resumed.add(keyPage({ rows: mixed.slice(200), node }));
    expect(resumed.facts([memcachedNode()])).toEqual(expected);
  });
});

describe("the verdict of a class", () => {
  const verdictOf = (
    rows: KeyRow[],
    classes: Record<string, Record<string, number>>,
    evicted = 0,
  ): string | undefined => {
    const server = memcachedNode({ memcachedSlabs: { classes } });
    server.facts.memcachedItems = { ok: true, value: { "5": { evicted } } };
    server.facts.memcachedSlabs = { ok: true, value: { classes, activeSlabs: null, totalMallocedBytes: null } };
    return classesOf(rows).facts([server]).classes[0]?.verdict;
  };
  const read = items(200, { slabClass: 5, bytes: 230, fetched: true });

  it("is good where chunks are full and items are read", () => {
    expect(verdictOf(read, { "5": slab(240, 300, 200) })).toBe("nothing to mend");
  });

  it("names the class that holds free chunks while this one evicts", () => {
    const classes = { "5": slab(240, 200, 200), "7": slab(384, 9_000, 10), "9": slab(600, 50, 10) };
    expect(verdictOf(read, classes, 12)).toBe(
      "evicted 12 items since the start while class 7 has 8990 free chunks: let pages move (slab_automove)",
    );
    expect(verdictOf(read, { "5": slab(240, 200, 200), "9": slab(600, 50, 10) }, 12)).toBe(
      "evicted 12 items since the start",
    );
  });

  it("says when most items were never read, of more than a few", () => {
    const unread = { slabClass: 5, bytes: 230, fetched: false };
    const classes = { "5": slab(240, 300, 200) };
    expect(verdictOf(items(200, unread), classes)).toBe("100 % of the items were never read");
    expect(verdictOf(items(99, unread), classes)).toBe("nothing to mend");
  });

  it("says which option makes chunks fit, where that would free a page", () => {
    const sparse = (count: number) => items(count, { slabClass: 5, bytes: 600, fetched: true });
    const classes = { "1": slab(96, 0, 0), "5": slab(1_000, 10_000, 10_000) };
    expect(verdictOf(sparse(10_000), classes)).toBe(
      "40 % of each chunk is empty: a growth factor (-f) closer to 1.08, or -o slab_sizes, fits them better",
    );
    expect(verdictOf(sparse(100), classes)).toBe("nothing to mend");
    expect(verdictOf(sparse(10_000), { "5": slab(1_000, 10_000, 10_000) })).toBe(
      "40 % of each chunk is empty: the items are smaller than the smallest chunk, which -n sets",
    );
  });
});
