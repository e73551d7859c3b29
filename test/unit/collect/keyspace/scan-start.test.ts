import { describe, expect, it } from "vitest";
import type { ScanOptions } from "../../../../src/collect/keyspace/scan-options.js";
import {
  askedOf,
  databasesOf,
  firstPosition,
  hasMore,
  mayNotTouch,
} from "../../../../src/collect/keyspace/scan-start.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";

const options: ScanOptions = {
  from: "primaries",
  database: null,
  match: null,
  type: null,
  sampleRatio: 1,
  limitKeys: null,
  ratePerSecond: null,
  maxLatencyMs: 5,
  touch: false,
  frequencies: false,
};

function withDatabases(keys: Record<string, number>) {
  const databases = Object.fromEntries(
    Object.entries(keys).map(([index, count]) => [index, { keys: count, expires: 0, avgTtlMs: null }]),
  );
  const node = redisNode();
  return {
    ...node,
    facts: { ...node.facts, keyspace: { ok: true as const, value: { databases, keys: 0, expires: 0 } } },
  };
}

describe("databasesOf", () => {
  it("lists what INFO keyspace shows, by number", () => {
    const list = [
      { index: 2, keys: 5 },
      { index: 11, keys: 7 },
    ];
    expect(databasesOf(withDatabases({ "11": 7, "2": 5 }), null)).toEqual({ list, gap: null });
  });

  it("takes the one that is wanted, also when it is empty", () => {
    expect(databasesOf(withDatabases({ "2": 5 }), 2).list).toEqual([{ index: 2, keys: 5 }]);
    expect(databasesOf(withDatabases({ "2": 5 }), 3).list).toEqual([{ index: 3, keys: 0 }]);
  });

  it("reads database 0 and says so when it cannot know the others", () => {
    const node = redisNode({ keyspace: missing("not-permitted", "this login may not: INFO") });
    expect(databasesOf(node, null)).toEqual({
      list: [{ index: 0, keys: null }],
      gap: expect.stringContaining("only database 0 of 10.0.0.5:6379 was scanned"),
    });
    expect(databasesOf(node, 4)).toEqual({ list: [{ index: 4, keys: null }], gap: null });
  });
});

describe("firstPosition", () => {
  it("expects all keys of the databases, or nothing where one is not known", () => {
    const node = withDatabases({ "0": 5, "1": 7 });
    expect(firstPosition(node, databasesOf(node, null)).scan.expectedKeys).toBe(12);
    const unknown = redisNode({ keyspace: missing("not-permitted", "no") });
    expect(firstPosition(unknown, databasesOf(unknown, null)).scan.expectedKeys).toBeNull();
  });
});

describe("hasMore", () => {
  const node = withDatabases({ "0": 5, "1": 7 });
  const databases = databasesOf(node, null);
  const first = firstPosition(node, databases);

  it.each([
    ["nothing is done", first, true],
    ["a database is open", { ...first, doneDatabases: [0], database: 1, cursor: "77" }, true],
    ["a database was not begun", { ...first, doneDatabases: [0] }, true],
    ["all are done", { ...first, doneDatabases: [1, 0] }, false],
  ])("%s", (_, position, expected) => {
    expect(hasMore(position, databases)).toBe(expected);
  });
});

describe("askedOf", () => {
  const lfu = redisNode({ memory: { maxmemoryPolicy: "allkeys-lfu" } });
  const lru = redisNode({ memory: { maxmemoryPolicy: "volatile-lru" } });

  it("asks for idle times under an LRU policy and for frequencies under an LFU one", () => {
    expect(askedOf(lru, options)).toMatchObject({ idle: "some", frequency: "none" });
    expect(askedOf(lfu, options)).toMatchObject({ idle: "none", frequency: "some" });
    expect(askedOf(lfu, { ...options, frequencies: true })).toMatchObject({ frequency: "all" });
    expect(askedOf(lru, { ...options, frequencies: true })).toMatchObject({ frequency: "none" });
  });

  it("does not ask for the type that SCAN is told to give", () => {
    expect(askedOf(lru, { ...options, type: "HASH" })).toMatchObject({ type: false, knownType: "hash" });
    expect(askedOf(lru, options)).toMatchObject({ type: true, knownType: null });
  });
});

describe("mayNotTouch", () => {
  it.each([
    ["redis", "6.0.16", false],
    ["redis", "7.0.15", false],
    ["redis", "7.2.0", true],
    ["redis", "8.0.6", true],
    ["valkey", "7.2.5", true],
    ["valkey", "9.1.2", true],
    ["redis", "unknown", true],
  ] as const)("%s %s: %s", (product, version, expected) => {
    expect(mayNotTouch(redisNode({ server: { product, version } }))).toBe(expected);
  });
});
