import { describe, expect, it } from "vitest";
import { wasteFacts, type WasteInput } from "../../../../src/analyze/keyspace/waste.js";
import { WasteCounts } from "../../../../src/analyze/keyspace/waste-counts.js";
import type { CloserLook, KeyHandle, StreamGroupLook, ValueLook } from "../../../../src/model/closer-look.js";
import type { WasteItem, WasteKind } from "../../../../src/model/keyspace.js";

type Group = WasteInput extends { groups: Iterable<infer G> } ? G : never;
interface Key {
  type?: string;
  bytes?: number | null;
  elements?: number | null;
  nameLength?: number;
  ttlMs?: number | null;
  encoding?: string;
}

const limits = {
  hash: { setting: "hash-max-listpack-entries", entries: 512, valueBytes: 64 },
  zset: { setting: "zset-max-listpack-entries", entries: 128, valueBytes: 64 },
  set: { setting: "set-max-listpack-entries", entries: 128, valueBytes: 64 },
  intset: { setting: "set-max-intset-entries", entries: 512, valueBytes: null },
};

function group(pattern: string, count: number, key: Key, values: (Partial<ValueLook> | null)[] = []): Group {
  const waste = new WasteCounts();
  const { type = "string", bytes = 100, elements = null, nameLength = 20, ttlMs = -1, encoding = null } = key;
  for (let i = 0; i < count; i++) waste.add(type, bytes, elements, nameLength, ttlMs, encoding);
  return { pattern, statistics: { waste }, samples: values.map((_, i) => handle(`${pattern}${i}`, type)) };
}

function handle(name: string, type: string): KeyHandle {
  return { node: "127.0.0.1:6379", database: 0, name, type };
}

function look(key: KeyHandle, more: Partial<CloserLook> = {}): CloserLook {
  return {
    key,
    gone: false,
    bytes: null,
    elements: null,
    encoding: null,
    ttlMs: null,
    idleSeconds: null,
    value: null,
    stream: null,
    ...more,
  };
}

/** Closer looks at the samples of a group, in their order. */
function valueLooks({ samples }: Group, values: Partial<ValueLook>[]): CloserLook[] {
  return samples.map((sample, i) =>
    look(sample, { value: { length: 1000, readBytes: 1000, json: false, deflatedRatio: 1, ...values[i] } }),
  );
}

function waste(groups: Group[], more: Partial<WasteInput> = {}) {
  const server = { product: "redis" as const, version: "8.0.2" };
  return wasteFacts({ groups, looks: [], limits, ratio: 1, canReadValues: true, server, ...more });
}

function itemsOf(kind: WasteKind, groups: Group[], more: Partial<WasteInput> = {}): WasteItem[] {
  return waste(groups, more).items.filter((item) => item.kind === kind);
}

function unknownOf(kind: WasteKind, groups: Group[], more: Partial<WasteInput> = {}): string | undefined {
  return waste(groups, more).unknown.find((entry) => entry.kind === kind)?.reason;
}

it("finds nothing in a small, tidy keyspace", () => {
  const groups = [
    group("user:*", 2000, { bytes: 120 }),
    group("cart:*", 500, { type: "hash", bytes: 600, elements: 20, ttlMs: 60_000 }),
    group("lock:*", 5, { bytes: 60 }),
  ];
  expect(waste(groups).items).toEqual([]);
});

it("does not plead ignorance of what is too small to matter", () => {
  const groups = [
    group("user:*", 200, { ttlMs: null }),
    group("cart:*", 200, { type: "hash", bytes: 900 }),
    group("jobs:*", 9, { type: "stream", bytes: 9000, elements: 20 }),
    group("pref:*", 20, { type: "hash", bytes: 40_000, elements: 300, ttlMs: 5000 }),
  ];
  expect(waste(groups, { limits: null, canReadValues: false }).unknown).toEqual([]);
});

it("puts what saves most first", () => {
  const groups = [
    group("a:*", 100_000, { bytes: 90 }),
    group("b:*", 200_000, { bytes: 90 }),
    group("lock:*", 20, { bytes: 4000 }),
  ];
  expect(waste(groups).items.map(({ pattern }) => pattern)).toEqual(["b:*", "a:*", "lock:*"]);
});

describe("just-over-compact-limit", () => {
  const hashes = { type: "hash", bytes: 600 * 62, elements: 600 };

  it("reckons what the overhead of a hash table's fields comes to", () => {
    const [item] = itemsOf("just-over-compact-limit", [group("cart:*", 100, hashes)]);
    expect(item).toMatchObject({ keys: 100, bytes: 3_720_000, savedBytes: 100 * 600 * 48, confidence: "medium" });
    expect(item?.advice).toContain("Raise hash-max-listpack-entries from 512 to 1024");
  });

  it("scales a sample up", () => {
    const [item] = itemsOf("just-over-compact-limit", [group("cart:*", 100, hashes)], { ratio: 0.01 });
    expect(item).toMatchObject({ keys: 10_000, savedBytes: 100 * 600 * 48 * 100 });
  });

  it("promises least where the server is not known", () => {
    const [item] = itemsOf("just-over-compact-limit", [group("cart:*", 1000, hashes)], { server: null });
    expect(item).toMatchObject({ savedBytes: 1000 * 600 * 21, confidence: "low" });
  });

  it.each([
    ["too few elements", { type: "hash", bytes: 500 * 62, elements: 500 }],
    ["too many elements", { type: "hash", bytes: 1100 * 62, elements: 1100 }],
    ["values too long for a listpack", { type: "hash", bytes: 600 * 200, elements: 600 }],
    ["compact encoding", { type: "hash", bytes: 600 * 20, elements: 600, encoding: "listpack" }],
  ])("says nothing of hashes with %s", (_, key) => {
    expect(itemsOf("just-over-compact-limit", [group("cart:*", 1000, key)])).toEqual([]);
  });

  it("knows sorted sets and sets of texts by their own limits", () => {
    const groups = [
      group("board:*", 200, { type: "zset", bytes: 200 * 122, elements: 200 }),
      group("tags:*", 500, { type: "set", bytes: 200 * 60, elements: 200 }),
    ];
    expect(itemsOf("just-over-compact-limit", groups).map(({ pattern, savedBytes }) => [pattern, savedBytes])).toEqual([
      ["board:*", 200 * 200 * 100],
      ["tags:*", 500 * 200 * 18],
    ]);
  });

  it("reckons sets of integers only where smaller ones show that they are", () => {
    const large = group("ids:*", 200, { type: "set", bytes: 800 * 54, elements: 800 });
    const [unproved] = itemsOf("just-over-compact-limit", [large]);
    expect(unproved).toMatchObject({ savedBytes: null, confidence: "low" });
    large.statistics.waste.add("set", 500, 100, 10, -1, "intset");
    const [proved] = itemsOf("just-over-compact-limit", [large]);
    expect(proved).toMatchObject({ savedBytes: 200 * 800 * (54 - 19 - 8), confidence: "medium" });
  });

  it("says that it could not look where settings or numbers of elements are missing", () => {
    expect(unknownOf("just-over-compact-limit", [group("cart:*", 90, hashes)], { limits: null })).toContain(
      "CONFIG GET",
    );
    const uncounted = group("cart:*", 1200, { type: "hash", bytes: 40_000 });
    expect(unknownOf("just-over-compact-limit", [uncounted])).toContain("the elements of 1,200 collections");
    expect(unknownOf("just-over-compact-limit", [group("cart:*", 90, hashes)])).toBeUndefined();
  });
});

describe("tiny-strings", () => {
  it("reckons the overhead of a key and the shared part of its name, and says what is lost", () => {
    const [item] = itemsOf("tiny-strings", [group("user:*:name", 50_000, { bytes: 100 })]);
    expect(item).toMatchObject({ keys: 50_000, bytes: 5_000_000, savedBytes: 50_000 * (68 + 10) });
    expect(item?.advice).toContain("no TTL of its own before Redis 7.4");
    expect(item?.advice).toContain("HGET");
  });

  it("promises less on Valkey, whose keys cost less", () => {
    const server = { product: "valkey" as const, version: "9.1.2" };
    const [item] = itemsOf("tiny-strings", [group("user:*:name", 50_000, { bytes: 64 })], { server });
    expect(item?.savedBytes).toBe(50_000 * (34 + 10));
  });

  it("never promises more than the keys take", () => {
    const [item] = itemsOf("tiny-strings", [group("a".repeat(60) + "*", 50_000, { bytes: 90 })]);
    expect(item?.savedBytes).toBe(50_000 * 90);
  });

  it("says nothing of keys with a TTL, of few keys, and of values that no listpack takes", () => {
    expect(itemsOf("tiny-strings", [group("user:*", 50_000, { ttlMs: 60_000 })])).toEqual([]);
    expect(itemsOf("tiny-strings", [group("user:*", 9, {})])).toEqual([]);
    expect(itemsOf("tiny-strings", [group("user:*", 50_000, { bytes: 190 })])).toEqual([]);
    const read = group("user:*", 50_000, { bytes: 120 }, [null]);
    expect(itemsOf("tiny-strings", [read], { looks: valueLooks(read, [{ length: 80 }]) })).toEqual([]);
  });

  it("trusts the lengths that were measured more than those that were inferred", () => {
    const read = group("user:*", 50_000, { bytes: 100 }, [null, null]);
    const [item] = itemsOf("tiny-strings", [read], { looks: valueLooks(read, [{ length: 20 }, { length: 24 }]) });
    expect(item).toMatchObject({ confidence: "medium" });
    expect(item?.basis).toContain("values of about 22 bytes, from 2 of 50,000 measured");
  });

  it("says that it could not look where sizes or TTLs are missing", () => {
    expect(unknownOf("tiny-strings", [group("user:*", 50, { bytes: null })])).toBe(
      "the bytes of 50 keys are not known",
    );
    expect(unknownOf("tiny-strings", [group("user:*", 50_000, { ttlMs: null })])).toBe(
      "whether 50,000 keys have a TTL is not known",
    );
  });
});

describe("near-empty-collections", () => {
  const single = { type: "hash", bytes: 104, elements: 1 };

  it("reckons the overhead of a key each", () => {
    const [item] = itemsOf("near-empty-collections", [group("pref:*", 50_000, single)]);
    expect(item).toMatchObject({ keys: 50_000, savedBytes: 50_000 * (68 + 5), confidence: "low" });
  });

  it("says nothing of two elements, nor of those that expire", () => {
    expect(itemsOf("near-empty-collections", [group("pref:*", 50_000, { ...single, elements: 2 })])).toEqual([]);
    expect(itemsOf("near-empty-collections", [group("pref:*", 50_000, { ...single, ttlMs: 60_000 })])).toEqual([]);
  });

  it("says that it could not look where elements were not counted", () => {
    const uncounted = group("pref:*", 50_000, { type: "hash", elements: null });
    expect(unknownOf("near-empty-collections", [uncounted])).toContain("--touch");
  });
});

describe("large-values", () => {
  it("lists strings over 100,000 bytes, with no saving that nobody can know", () => {
    const [item] = itemsOf("large-values", [group("page:*", 20, { bytes: 150_000 })]);
    expect(item).toMatchObject({ keys: 20, bytes: 3_000_000, savedBytes: null });
  });

  it("says nothing below that, nor of collections", () => {
    expect(itemsOf("large-values", [group("page:*", 50, { bytes: 100_000 })])).toEqual([]);
    expect(itemsOf("large-values", [group("page:*", 50, { type: "hash", bytes: 150_000 })])).toEqual([]);
  });

  it("says that it could not look where sizes are missing", () => {
    expect(unknownOf("large-values", [group("page:*", 20, { bytes: null })])).toBeDefined();
  });
});

describe("compressible-values and json-strings", () => {
  const pages = (values: number) => group("page:*", 10_000, { bytes: 1000 }, Array<null>(values).fill(null));

  it("reckons with the share that deflate leaves, and says of how many values", () => {
    const read = pages(4);
    const looks = valueLooks(read, Array(4).fill({ deflatedRatio: 0.3 }) as Partial<ValueLook>[]);
    const [item] = itemsOf("compressible-values", [read], { looks });
    expect(item).toMatchObject({ keys: 10_000, bytes: 10_000_000, savedBytes: 7_000_000, confidence: "medium" });
    expect(item?.basis).toContain("from 4 values read of 10,000");
  });

  it("trusts values that differ, and a single one, less", () => {
    const two = pages(2);
    const differing = valueLooks(two, [{ deflatedRatio: 0.1 }, { deflatedRatio: 0.9 }]);
    expect(itemsOf("compressible-values", [two], { looks: differing })).toMatchObject([
      { savedBytes: 5_000_000, confidence: "low" },
    ]);
    const one = pages(1);
    const [item] = itemsOf("compressible-values", [one], { looks: valueLooks(one, [{ deflatedRatio: 0.3 }]) });
    expect(item).toMatchObject({ confidence: "low" });
  });

  it("says nothing of what hardly shrinks, nor of short values", () => {
    const read = pages(1);
    const dense = valueLooks(read, [{ deflatedRatio: 0.9 }]);
    const short = valueLooks(read, [{ deflatedRatio: 0.3, length: 200 }]);
    expect(itemsOf("compressible-values", [read], { looks: dense })).toEqual([]);
    expect(itemsOf("compressible-values", [read], { looks: short })).toEqual([]);
  });

  it("lists strings of which half or more are JSON", () => {
    const read = pages(4);
    const half = valueLooks(read, [{ json: true }, { json: true }, {}, {}]);
    expect(itemsOf("json-strings", [read], { looks: half })).toMatchObject([{ keys: 5000, savedBytes: null }]);
    const few = valueLooks(read, [{ json: true }, {}, {}, {}]);
    expect(itemsOf("json-strings", [read], { looks: few })).toEqual([]);
  });

  it.each(["compressible-values", "json-strings"] as const)("says for %s that values were not read", (kind) => {
    expect(unknownOf(kind, [pages(0)], { canReadValues: false })).toContain("no values were read");
    expect(unknownOf(kind, [pages(0)])).toContain("no value was read of 10,000 strings, such as page:*");
    const gone = pages(1);
    const looks = valueLooks(gone, [{ json: true }]).map((one) => ({ ...one, gone: true }));
    expect(unknownOf(kind, [gone], { looks })).toContain("no value was read");
    expect(unknownOf(kind, [group("n:*", 100, {})], { canReadValues: false })).toBeUndefined();
  });
});

describe("long-names", () => {
  it("reckons what is beyond fifty bytes", () => {
    const [item] = itemsOf("long-names", [group("very:*", 20_000, { nameLength: 130, ttlMs: 60_000 })]);
    expect(item).toMatchObject({ keys: 20_000, bytes: 2_600_000, savedBytes: 1_600_000 });
  });

  it("says nothing of names of a hundred bytes", () => {
    expect(itemsOf("long-names", [group("very:*", 200_000, { nameLength: 100, ttlMs: 60_000 })])).toEqual([]);
  });
});

describe("locks-without-ttl and sessions-without-ttl", () => {
  it.each(["lock:*", "order:{*}:mutex", "jobLease:*", "redlock_*", "SEMAPHORE-*"])("takes %s for locks", (pattern) => {
    expect(itemsOf("locks-without-ttl", [group(pattern, 10, {})])).toMatchObject([{ keys: 10, savedBytes: null }]);
  });

  it.each(["session:*", "user:*:token", "auth:*", "webSess:*", "sid-*"])("takes %s for sessions", (pattern) => {
    expect(itemsOf("sessions-without-ttl", [group(pattern, 100, {})])).toMatchObject([{ keys: 100 }]);
  });

  it("is not misled by words that only begin or end so", () => {
    const groups = ["block:*", "clock:*", "author:*", "sidebar:*", "release:*"].map((one) => group(one, 500, {}));
    expect(waste(groups).items).toEqual([]);
  });

  it("says nothing of those with a TTL, nor of a few", () => {
    expect(itemsOf("locks-without-ttl", [group("lock:*", 500, { ttlMs: 5000 })])).toEqual([]);
    expect(itemsOf("locks-without-ttl", [group("lock:*", 9, {})])).toEqual([]);
    expect(itemsOf("sessions-without-ttl", [group("session:*", 99, {})])).toEqual([]);
  });

  it("says that it could not look where TTLs are missing", () => {
    expect(unknownOf("locks-without-ttl", [group("lock:*", 20, { ttlMs: null })])).toContain("TTLs of 20 keys");
    expect(unknownOf("sessions-without-ttl", [group("sess:*", 20, { ttlMs: null })])).toContain("sessions or tokens");
    expect(unknownOf("locks-without-ttl", [group("user:*", 20, { ttlMs: null })])).toBeUndefined();
  });
});

describe("streams", () => {
  const events = () => group("events", 1, { type: "stream", bytes: 5_000_000, elements: 100_000 });
  const streamLook = (length: number, entriesAdded: number | null, groups: StreamGroupLook[] = []) =>
    look(handle("events", "stream"), { bytes: 5_000_000, stream: { length, entriesAdded, groups } });
  const workers = { name: "workers", consumers: 2, pending: 0, lag: 0, oldestPendingMs: null };

  it("finds one that was never trimmed", () => {
    const looks = [streamLook(100_000, 100_000)];
    expect(itemsOf("untrimmed-streams", [events()], { looks })).toMatchObject([
      { pattern: "events", bytes: 5_000_000 },
    ]);
  });

  it("says nothing of one that was trimmed, nor of a short one", () => {
    expect(itemsOf("untrimmed-streams", [events()], { looks: [streamLook(100_000, 250_000)] })).toEqual([]);
    expect(itemsOf("untrimmed-streams", [events()], { looks: [streamLook(9_999, 9_999)] })).toEqual([]);
  });

  it("finds a group that does not acknowledge", () => {
    const looks = [streamLook(1000, 5000, [{ ...workers, pending: 500, oldestPendingMs: 7_200_000 }])];
    const [item] = itemsOf("stuck-consumer-groups", [events()], { looks });
    expect(item).toMatchObject({ pattern: "events (group workers)" });
    expect(item?.basis).toContain("500 entries delivered and not acknowledged, the first of them 120 minutes ago");
    expect(item?.advice).toContain("XAUTOCLAIM");
  });

  it("finds a group that nobody reads", () => {
    const looks = [streamLook(90_000, 95_000, [{ ...workers, consumers: 0, lag: 80_000 }])];
    const [item] = itemsOf("stuck-consumer-groups", [events()], { looks });
    expect(item?.advice).toContain("XGROUP DESTROY");
  });

  it("says nothing of a group that is at work", () => {
    const groups = [
      { ...workers, pending: 500, oldestPendingMs: 60_000 },
      { ...workers, pending: 20, oldestPendingMs: 9_000_000 },
      { ...workers, lag: 80_000 },
    ];
    expect(itemsOf("stuck-consumer-groups", [events()], { looks: [streamLook(90_000, 95_000, groups)] })).toEqual([]);
  });

  it("says what could not be asked", () => {
    expect(unknownOf("untrimmed-streams", [events()])).toContain("1 streams were not asked");
    expect(unknownOf("stuck-consumer-groups", [events()])).toContain("1 streams were not asked");
    expect(unknownOf("untrimmed-streams", [events()], { looks: [streamLook(90_000, null)] })).toContain("before 7.0");
    const refused = [streamLook(90_000, 95_000, [{ ...workers, pending: 500 }])];
    expect(unknownOf("stuck-consumer-groups", [events()], { looks: refused })).toContain("XPENDING");
  });
});
