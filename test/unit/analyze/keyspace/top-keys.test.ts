import { describe, expect, it } from "vitest";
import { TopKeysReducer } from "../../../../src/analyze/keyspace/top-keys.js";
import type { CloserLook } from "../../../../src/model/closer-look.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import { hashSlot } from "../../../../src/model/hash-slot.js";
import { keyPage, pageNode, seededRandom, shuffled } from "../../../support/key-page.js";
import { inPages, randomKeys, type PlacedRow } from "../../../support/random-keys.js";
import { factsOf, factsOfShuffles, factsWhenResumed, type CheckedReducer } from "../../../support/reducer-checks.js";

function topOf(by: "bytes" | "elements", limit: number, ...pages: KeyPage[]): TopKeysReducer {
  const reducer = new TopKeysReducer(by, limit);
  for (const page of pages) reducer.add(page);
  return reducer;
}

function names(reducer: TopKeysReducer): string[] {
  return reducer.facts(false).overall.map(({ key }) => key);
}

function look(name: string, what: Partial<CloserLook>): CloserLook {
  return {
    key: { node: pageNode, database: 0, name, type: "string" },
    gone: false,
    bytes: null,
    elements: null,
    encoding: null,
    ttlMs: null,
    idleSeconds: null,
    value: null,
    stream: null,
    ...what,
  };
}

describe("what is listed", () => {
  it("is the largest overall and of each type, with all that is known of each", () => {
    const page = keyPage({
      rows: [
        { name: "small", bytes: 10 },
        { name: "big", bytes: 500, ttlMs: 9_000, encoding: "raw", idleSeconds: 7 },
        { name: "list", type: "list", bytes: 400, elements: 3 },
        { name: "lost", bytes: null },
      ],
      database: 2,
    });
    const facts = topOf("bytes", 2, page).facts(false);
    expect(facts.overall).toEqual([
      {
        key: "big",
        node: pageNode,
        database: 2,
        slot: null,
        type: "string",
        bytes: 500,
        elements: null,
        encoding: "raw",
        ttlMs: 9_000,
        idleSeconds: 7,
      },
      expect.objectContaining({ key: "list", elements: 3, ttlMs: -1 }),
    ]);
    expect(facts.byType["string"]?.map(({ key }) => key)).toEqual(["big", "small"]);
    expect(facts.byType["list"]?.map(({ key }) => key)).toEqual(["list"]);
  });

  it("is by elements without strings, which have none", () => {
    const rows = [
      { name: "string", bytes: 9_999 },
      { name: "empty", type: "stream", elements: 0 },
      { name: "set", type: "set", elements: 4 },
    ];
    const facts = topOf("elements", 5, keyPage({ rows })).facts(false);
    expect(facts.overall.map(({ key }) => key)).toEqual(["set", "empty"]);
    expect(facts.byType["string"]).toBeUndefined();
  });

  it("has keys of unknown type overall only", () => {
    const facts = topOf("bytes", 5, keyPage({ rows: [{ name: "a", type: null }] })).facts(false);
    expect(facts.overall).toHaveLength(1);
    expect(facts.byType).toEqual({});
  });

  it("has the slot in a cluster", () => {
    const facts = topOf("bytes", 1, keyPage({ rows: [{ name: "{user1}:a" }] })).facts(true);
    expect(facts.overall[0]?.slot).toBe(hashSlot("user1"));
  });

  it("names keys as people read them", () => {
    const page = keyPage({ rows: [{ name: "caf\xc3\xa9" }, { name: "\xff\x01" }] });
    expect(new Set(names(topOf("bytes", 5, page)))).toEqual(new Set(["café", "\\xff\x01"]));
  });

  it("is nothing where there are no keys", () => {
    expect(topOf("bytes", 5).facts(true)).toEqual({ overall: [], byType: {}, moreEqual: 0 });
  });
});

describe("keys of equal size", () => {
  it("come by name, then node, then database, whichever was seen first", () => {
    const at = (node: string, database: number, name: string) => keyPage({ rows: [{ name }], node, database });
    const pages = [at("b:1", 0, "k"), at("a:1", 1, "k"), at("a:1", 0, "k"), at("z:1", 0, "j")];
    for (const order of [pages, pages.toReversed()]) {
      const listed = topOf("bytes", 4, ...order).facts(false).overall;
      expect(listed.map(({ key, node, database }) => `${key} ${node} ${database}`)).toEqual([
        "j z:1 0",
        "k a:1 0",
        "k a:1 1",
        "k b:1 0",
      ]);
    }
  });

  it.each([1, 2, 3, 7, 30])("are counted where they are not listed, %i to a page", (keysPerPage) => {
    const rows = Array.from({ length: 30 }, (_, index) => ({ name: `k${index}`, bytes: index < 4 ? 500 : 100 }));
    for (const order of [rows, rows.toReversed(), shuffled(rows, seededRandom(keysPerPage))]) {
      const pages = [];
      for (let i = 0; i < 30; i += keysPerPage) pages.push(keyPage({ rows: order.slice(i, i + keysPerPage) }));
      expect(topOf("bytes", 5, ...pages).facts(false).moreEqual).toBe(25);
      expect(topOf("bytes", 3, ...pages).facts(false).moreEqual).toBe(1);
      expect(topOf("bytes", 4, ...pages).facts(false).moreEqual).toBe(0);
    }
  });

  it("are counted over all types", () => {
    const rows = ["string", "hash", "set"].flatMap((type) =>
      Array.from({ length: 10 }, (_, index) => ({ name: `${type}${index}`, type, bytes: 80 })),
    );
    expect(topOf("bytes", 2, keyPage({ rows })).facts(false).moreEqual).toBe(28);
  });
});

it("lists a key once that the scan gave twice, as large as it was at most", () => {
  const rows = [{ name: "a", bytes: 10 }, { name: "b", bytes: 20 }, { name: "a", bytes: 30 }, { name: "b" }];
  const facts = topOf("bytes", 5, keyPage({ rows })).facts(false);
  expect(facts.overall.map(({ key, bytes }) => [key, bytes])).toEqual([
    ["b", 64],
    ["a", 30],
  ]);
});

describe("closer looks", () => {
  const rows = Array.from({ length: 9 }, (_, index) => ({ name: `k${index}`, bytes: 100 + index }));

  it("are asked for three times as many keys as are listed, of each type", () => {
    const page = keyPage({ rows: [...rows, ...rows.map((row) => ({ ...row, name: `l${row.name}`, type: "list" }))] });
    const candidates = topOf("bytes", 2, page).candidates();
    expect(candidates).toHaveLength(12);
    expect(candidates[0]).toEqual({ node: pageNode, database: 0, name: "k8", type: "string" });
  });

  it("decide what is listed, in which order, with what they found", () => {
    const top = topOf("bytes", 2, keyPage({ rows }));
    top.amend([
      look("k4", { bytes: 900, elements: 5, encoding: "hashtable", ttlMs: 60_000, idleSeconds: 3 }),
      look("k8", { bytes: 90 }),
    ]);
    const [first, second] = top.facts(false).overall;
    expect(first).toMatchObject({
      key: "k4",
      bytes: 900,
      elements: 5,
      encoding: "hashtable",
      ttlMs: 60_000,
      idleSeconds: 3,
    });
    expect(second?.key).toBe("k7");
  });

  it("leave what they could not ask as the scan saw it", () => {
    const top = topOf("bytes", 1, keyPage({ rows: [{ name: "a", bytes: 7, encoding: "raw", ttlMs: 5 }] }));
    top.amend([look("a", {})]);
    expect(top.facts(false).overall[0]).toMatchObject({ bytes: 7, encoding: "raw", ttlMs: 5, idleSeconds: null });
  });

  it("drop keys that have gone", () => {
    const top = topOf("bytes", 2, keyPage({ rows }));
    top.amend([look("k8", { gone: true })]);
    expect(names(top)).toEqual(["k7", "k6"]);
  });

  it("are not taken for another node's or database's key of the same name", () => {
    const top = topOf("bytes", 2, keyPage({ rows: [{ name: "a" }] }));
    top.amend([
      look("a", { key: { node: "other:1", database: 0, name: "a", type: "string" }, gone: true }),
      look("a", { key: { node: pageNode, database: 1, name: "a", type: "string" }, gone: true }),
    ]);
    expect(names(top)).toEqual(["a"]);
  });

  it("do not keep a scan from going on after its report", () => {
    const [before, after] = [keyPage({ rows: rows.slice(0, 6) }), keyPage({ rows: rows.slice(6) })];
    const top = topOf("bytes", 1, before);
    top.amend([look("k5", { gone: true }), look("k4", { bytes: 1 })]);
    expect(names(top)).toEqual(["k3"]);
    const resumed = TopKeysReducer.restore(JSON.parse(JSON.stringify(top.save())));
    resumed.add(after);
    expect(resumed.facts(false)).toEqual(topOf("bytes", 1, before, after).facts(false));
  });
});

describe.each(["bytes", "elements"] as const)("on random keys by %s", (by) => {
  const rows = randomKeys({ seed: 21, keys: 3_000 });
  const pages = inPages(rows);
  const checked: CheckedReducer<TopKeysReducer> = {
    empty: () => new TopKeysReducer(by, 20),
    restore: (saved) => TopKeysReducer.restore(saved),
    facts: (reducer) => reducer.facts(true),
  };

  it("equals sorting all of them", () => {
    const facts = topOf(by, 20, ...pages).facts(false);
    const sorted = bruteForce(rows, by);
    expect(facts.overall.map(({ key }) => key)).toEqual(sorted.slice(0, 20).map(({ name }) => name));
    const last = sorted[19]?.[by];
    expect(facts.moreEqual).toBe(sorted.slice(20).filter((row) => row[by] === last).length);
    for (const [type, listed] of Object.entries(facts.byType)) {
      const ofType = sorted.filter((row) => row.type === type);
      expect(listed.map(({ key }) => key)).toEqual(ofType.slice(0, 20).map(({ name }) => name));
    }
  });

  it("gives the same facts whatever the order of the pages, and when it was saved and restored", () => {
    const facts = factsOf(checked, pages);
    expect(factsOfShuffles(checked, pages)).toEqual(Array.from({ length: 5 }, () => facts));
    expect(factsWhenResumed(checked, pages)).toEqual(facts);
  });
});

it("equals sorting all of them where nearly all are of one size, and ties fill the list", () => {
  const rows = randomKeys({ seed: 22, keys: 2_000, sizes: 2 });
  const sorted = bruteForce(rows, "bytes");
  const facts = topOf("bytes", 7, ...inPages(rows, 13)).facts(false);
  expect(facts.overall.map(({ key }) => key)).toEqual(sorted.slice(0, 7).map(({ name }) => name));
  expect(facts.moreEqual).toBe(sorted.slice(7).filter(({ bytes }) => bytes === sorted[6]?.bytes).length);
});

function bruteForce(rows: PlacedRow[], by: "bytes" | "elements"): PlacedRow[] {
  return rows
    .filter((row) => row[by] !== null)
    .sort((a, b) => (b[by] ?? 0) - (a[by] ?? 0) || (a.name < b.name ? -1 : 1));
}
