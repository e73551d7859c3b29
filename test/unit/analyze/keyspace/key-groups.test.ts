import { describe, expect, it } from "vitest";
import { KeyGroups } from "../../../../src/analyze/keyspace/key-groups.js";
import { keyPage, seededRandom, shuffled, type KeyRow } from "../../../support/key-page.js";

function groupsOf(rows: readonly KeyRow[], groups = new KeyGroups()): KeyGroups {
  for (let at = 0; at < rows.length; at += 500) groups.add(keyPage({ rows: rows.slice(at, at + 500) }));
  return groups;
}

/** Pattern → keys, by pattern. */
function counts(groups: KeyGroups): Record<string, number> {
  const pairs = [...groups.eachGroup()].map(({ pattern, statistics }): [string, number] => [pattern, statistics.keys]);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What comes of the names, and of the same ones in two other orders. */
function countsInAnyOrder(names: readonly string[]): Record<string, number> {
  const rows = names.map((name) => ({ name }));
  const inOrder = counts(groupsOf(rows));
  for (const seed of [1, 2]) expect(counts(groupsOf(shuffled(rows, seededRandom(seed))))).toEqual(inOrder);
  return inOrder;
}

const random = seededRandom(42);
const below = (end: number) => Math.floor(random() * end);
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const pick = (characters: string, length: number) => many(length, () => characters[below(characters.length)]).join("");
const word = (length: number) => pick("abcdefghijklmnopqrstuvwxyz", length);
const hex = (length: number) => pick("0123456789abcdef", length);
const base62 = (length: number) => pick("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", length);
const uuid = () => [8, 4, 4, 4, 12].map(hex).join("-");

describe("patterns", () => {
  it("finds ids of every kind in any place", () => {
    const names = [
      ...many(3000, (i) => `user:${i}:profile`),
      ...many(2000, (i) => `user:${i}:settings`),
      ...many(1000, (i) => `${i}:order:lines`),
      ...many(1000, () => `session:${uuid()}`),
      ...many(1000, () => `token:${base62(22)}`),
      ...many(1000, () => `short:${hex(6)}`),
      ...many(1000, (i) => `cart:{${i}}:items`),
      ...many(500, (i) => `user_${i}_profile`),
      ...many(500, (i) => `img-${i}.jpg`),
      ...many(500, (i) => `visit/${2020 + (i % 4)}/${10 + (i % 3)}/${10 + (i % 20)}/${word(6)}`),
    ];
    expect(countsInAnyOrder(names)).toEqual({
      "*:order:lines": 1000,
      "cart:{*}:items": 1000,
      "img-*.jpg": 500,
      "session:*": 1000,
      "short:*": 1000,
      "token:*": 1000,
      "user:*:profile": 3000,
      "user:*:settings": 2000,
      "user_*_profile": 500,
      "visit/*/*/*/*": 500,
    });
  });

  it.each([80, 300])("keeps %i prefixes apart", (count) => {
    const prefixes = [...new Set(many(count, () => word(8)))];
    const names = prefixes.flatMap((prefix) => many(200, (i) => `${prefix}:obj:${i}`));
    const expected = Object.fromEntries(prefixes.map((prefix) => [`${prefix}:obj:*`, 200]));
    expect(countsInAnyOrder(names)).toEqual(expected);
  });

  it("keeps 1,500 patterns apart that are more than the tree has room for with their ids", () => {
    const prefixes = [...new Set(many(300, () => word(6)))];
    const kinds = ["cart", "order", "page", "photo", "user"];
    const patterns = prefixes.flatMap((prefix) => kinds.map((kind) => `${prefix}:${kind}:`));
    const rows = patterns.flatMap((pattern) => many(60, () => ({ name: `${pattern}${below(9000)}:x` })));
    const groups = groupsOf(shuffled(rows, random), new KeyGroups({ maxNodes: 20_000 }));
    expect(counts(groups)).toEqual(Object.fromEntries(patterns.map((pattern) => [`${pattern}*:x`, 60]).sort()));
  });

  it("makes a hundred thousand different first segments into one", () => {
    expect(countsInAnyOrder(many(100_000, () => `${word(10)}:x`))).toEqual({ "*:x": 100_000 });
  });

  it("keeps a real prefix among ids that are words, even when it comes after all of them", () => {
    const names = [...many(20_000, () => `${word(9)}:cart`), ...many(5000, (i) => `session:${i}`)];
    expect(countsInAnyOrder(names)).toEqual({ "*:cart": 20_000, "session:*": 5000 });
  });

  it("takes a few numbers with few keys for ids, but not shards and versions", () => {
    const names = [
      ...many(5, (i) => `user:${i + 1}:name`),
      ...many(8000, (i) => `shard:${i % 4}:${uuid()}`),
      ...many(1000, (i) => `cache:v${1 + (i % 2)}:${i}`),
      ...many(10_000, (i) => `bucket:${i % 500}:${uuid()}`),
    ];
    expect(countsInAnyOrder(names)).toEqual({
      "bucket:*:*": 10_000,
      "cache:v1:*": 500,
      "cache:v2:*": 500,
      "shard:0:*": 2000,
      "shard:1:*": 2000,
      "shard:2:*": 2000,
      "shard:3:*": 2000,
      "user:*:name": 5,
    });
  });

  it("makes words into * by their number", () => {
    const owners = [...new Set(many(60, () => word(7)))];
    const names = [
      ...many(2000, () => `user:${word(7)}:inbox`),
      ...owners.flatMap((owner) => [`mail:${owner}:inbox`, `mail:${owner}:sent`]),
      ...many(500, () => `who:${word(8)}@example.com`),
    ];
    expect(countsInAnyOrder(names)).toEqual({
      "mail:*:inbox": owners.length,
      "mail:*:sent": owners.length,
      "user:*:inbox": 2000,
      "who:*@example.com": 500,
    });
  });

  it.each([3000, 60_000])("makes %i slugs with any number of hyphens into one", (count) => {
    const vocabulary = many(30, () => word(5));
    const slug = () => many(1 + below(4), () => vocabulary[below(30)]).join("-");
    const names = [...many(count, () => `product:${slug()}`), ...many(count, () => `item:${slug()}:stock`)];
    expect(countsInAnyOrder(names)).toEqual({ "item:*:stock": count, "product:*": count });
  });

  it("does not take structured names with a common separator for slugs", () => {
    const kinds = ["user", "order", "cart", "photo", "page", "topic", "reply", "vote", "badge", "group"];
    const names = kinds.flatMap((kind) => [
      ...many(300, (i) => `app:${kind}_${i}`),
      ...many(300, (i) => `app:${kind}_${i}_meta`),
    ]);
    const expected = kinds.flatMap((kind) => [`app:${kind}_*`, `app:${kind}_*_meta`]).sort();
    expect(countsInAnyOrder(names)).toEqual(Object.fromEntries(expected.map((pattern) => [pattern, 300])));
  });
});

describe("single keys", () => {
  it("are put together under the prefix that they have in common", () => {
    const names = ["config:max", "config:min", "config:limits:a", ...many(50, (i) => `user:${i}`)];
    expect(countsInAnyOrder(names)).toEqual({ "config:*": 3, "user:*": 50 });
  });

  it("are put together as strays where nothing is like them", () => {
    const names = [...many(1000, (i) => `user:${i}:profile`), "user:5:foo", "user:7:bar:baz"];
    const { "user:*:profile": profiles, ...others } = countsInAnyOrder(names);
    expect(profiles).toBe(1000);
    expect(Object.values(others)).toEqual([2]);
  });

  it("are a group alone when there is no other", () => {
    expect(countsInAnyOrder(["only:key"])).toEqual({ "only:key": 1 });
    expect(countsInAnyOrder([])).toEqual({});
    expect(countsInAnyOrder([""])).toEqual({ "": 1 });
  });

  it("keep their name when they hold a hundredth of all bytes, whenever they come", () => {
    const users = [...new Set(many(3000, () => `user:${word(7)}`))].map((name) => ({ name, bytes: 100 }));
    const heavy = { name: "user:alice", bytes: 1_000_000 };
    for (const rows of [
      [heavy, ...users],
      [...users, heavy],
    ]) {
      expect(counts(groupsOf(rows))).toEqual({ "user:*": users.length, "user:alice": 1 });
    }
    const less = { name: "user:alice", bytes: 900 };
    expect(counts(groupsOf([...users, less]))).toEqual({ "user:*": users.length + 1 });
  });
});

describe("names of any bytes", () => {
  it("go into patterns that people can read", () => {
    const names = many(100, (i) => `caf\u00c3\u00a9:${i}:\u00ff`);
    expect(counts(groupsOf(names.map((name) => ({ name }))))).toEqual({ "caf\\xc3\\xa9:*:\\xff": 100 });
    expect(counts(groupsOf(many(100, (i) => ({ name: `caf\u00c3\u00a9:${i}` }))))).toEqual({ "café:*": 100 });
  });

  it("and of any length are counted", () => {
    const rows = many(50, (i) => ({ name: `doc:${i}:${"x".repeat(100_000)}` }));
    expect(counts(groupsOf(rows))).toEqual({ "doc:*:*": 50 });
  });
});

describe("facts", () => {
  const rows: KeyRow[] = [
    ...many(90, (i) => ({ name: `a:${i}`, bytes: 100, ttlMs: -1 })),
    ...many(10, (i) => ({ name: `b:${i}`, bytes: 700, ttlMs: 60_000, type: "hash", encoding: "listpack" })),
    ...many(30, (i) => ({ name: `c:${i}`, bytes: 10, ttlMs: null })),
  ];

  it("say of each group what it holds, most bytes first, and what the list leaves out", () => {
    const { groups, others } = groupsOf(rows).groups(2, 1);
    expect(groups).toMatchObject([
      {
        pattern: "a:*",
        keys: { value: 90, plusMinus: 0 },
        bytes: { value: 9000, plusMinus: 0 },
        sharePercent: 55.21,
        averageBytes: 100,
        largestBytes: 100,
        averageNameBytes: 3.9,
        withoutTtl: { value: 90, plusMinus: 0 },
        withoutTtlBytes: { value: 9000, plusMinus: 0 },
        ttlSeconds: null,
        types: { string: 90 },
        encodings: {},
        idleSeconds: null,
        neverFetchedPercent: null,
      },
      { pattern: "b:*", withoutTtl: { value: 0 }, ttlSeconds: { max: 60 }, encodings: { listpack: 10 } },
    ]);
    expect(groups[0]?.example).toMatch(/^a:\d+$/);
    expect(others).toEqual({
      groups: 1,
      keys: { value: 30, plusMinus: 0 },
      bytes: { value: 300, plusMinus: 0 },
    });
    expect(groupsOf(rows).groups(3, 1).others).toBeNull();
  });

  it("say null where bytes and TTLs are not known, and sort by keys", () => {
    const unknown = rows.map((row) => ({ ...row, bytes: null, ttlMs: null }));
    const { groups } = groupsOf(unknown).groups(10, 1);
    expect(groups.map(({ pattern }) => pattern)).toEqual(["a:*", "c:*", "b:*"]);
    expect(groups[0]).toMatchObject({
      bytes: null,
      averageBytes: null,
      largestBytes: null,
      withoutTtl: null,
      withoutTtlBytes: null,
      sharePercent: 69.23,
    });
  });

  it("are estimates with an interval when a share of the keys was measured", () => {
    const [first] = groupsOf(rows).groups(1, 0.1).groups;
    expect(first?.keys.value).toBe(900);
    expect(first?.keys.plusMinus).toBeGreaterThan(0);
    expect(first?.bytes?.value).toBe(90_000);
  });
});

describe("patternOf", () => {
  it("says to which group a name belongs, also one that was not seen", () => {
    const groups = groupsOf([
      ...many(3000, (i) => ({ name: `user:${i}:profile` })),
      ...many(50, (i) => ({ name: `x:k${i}` })),
    ]);
    expect(groups.patternOf("user:77:profile")).toBe("user:*:profile");
    expect(groups.patternOf("user:999999:profile")).toBe("user:*:profile");
    expect(groups.patternOf("x:k7")).toBe("x:k*");
    expect(groups.patternOf("never:seen")).toBe("never:seen");
  });
});
