import { describe, expect, it } from "vitest";
import { compactLimits } from "../../src/analyze/keyspace/compact-limits.js";
import { wasteFacts } from "../../src/analyze/keyspace/waste.js";
import { WasteCounts } from "../../src/analyze/keyspace/waste-counts.js";
import { parseConfig } from "../../src/collect/config.js";
import type { WasteItem } from "../../src/model/keyspace.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

interface Case {
  type: "hash" | "zset" | "set";
  keys: number;
  elements: number;
  /** The arguments that add one element. */
  element: (i: number) => string[];
}

const add = { hash: "HSET", zset: "ZADD", set: "SADD" };

const hashes: Case = {
  type: "hash",
  keys: 100,
  elements: 600,
  element: (i) => [`field${i}`, `value-${(i * 7919) % 10_007}`],
};
const sortedSets: Case = {
  type: "zset",
  keys: 200,
  elements: 200,
  element: (i) => [String(i * 31), `player-${i}`],
};
const integers: Case = { type: "set", keys: 100, elements: 700, element: (i) => [String(1_000_000 + i * 37)] };
/** Of all lengths from 8 to 31: what one length saves hangs on how it falls into the allocator's bins. */
const texts: Case = {
  type: "set",
  keys: 500,
  elements: 200,
  element: (i) => [String(i).padStart(8 + ((i * 7) % 24), "member-")],
};

/** Bytes in use, when nothing waits to be freed any more. */
async function usedBytes(server: RedisServer): Promise<number> {
  let info = "";
  await waitUntil(
    async () => {
      info = String(await server.call("INFO", "memory"));
      return /lazyfree_pending_objects:0\r/.test(info);
    },
    { what: "nothing waits to be freed", timeoutMs: 10_000 },
  );
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}

async function write(server: RedisServer, { type, keys, elements, element }: Case): Promise<void> {
  const members = Array.from({ length: elements }, (_, i) => element(i)).flat();
  for (let key = 0; key < keys; key++) {
    await server.call("DEL", `group:${key}`);
    await server.call(add[type], `group:${key}`, ...members);
  }
}

async function wasteOf(
  server: RedisServer,
  release: string,
  waste: WasteCounts,
  pattern: string,
): Promise<WasteItem[]> {
  const limits = compactLimits(parseConfig(await server.call("CONFIG", "GET", "*")));
  const [product = "", version = ""] = release.split("-");
  const facts = wasteFacts({
    groups: [{ pattern, statistics: { waste }, samples: [] }],
    looks: [],
    limits,
    ratio: 1,
    canReadValues: false,
    server: { product: product as "redis" | "valkey", version: `${version}.0` },
  });
  return facts.items;
}

/** What the advice on such collections promises, and what came of following it. */
async function followAdvice(release: string, collections: Case, isInteger = false) {
  const server = await startRedis({ release });
  await write(server, collections);
  const before = await usedBytes(server);
  const bytes = Number(await server.call("MEMORY", "USAGE", "group:1"));
  const waste = new WasteCounts();
  for (let i = 0; i < collections.keys; i++) waste.add(collections.type, bytes, collections.elements, 8, -1, null);
  if (isInteger) waste.add("set", 100, 10, 8, -1, "intset");
  const [item] = await wasteOf(server, release, waste, "group:*");
  const [, setting = "", to = ""] = /aise (\S+) from \d+ to (\d+)/.exec(item?.advice ?? "") ?? [];
  await server.call("CONFIG", "SET", setting, to);
  await write(server, collections);
  return { promised: item?.savedBytes ?? 0, saved: before - (await usedBytes(server)) };
}

describe.each(all)("$name", ({ name: release }) => {
  const hasTextSets = release !== "redis-6.0" && release !== "redis-7.0";

  it.each([
    { noun: "hashes", collections: hashes, isInteger: false },
    { noun: "sorted sets", collections: sortedSets, isInteger: false },
    { noun: "sets of integers", collections: integers, isInteger: true },
    ...(hasTextSets ? [{ noun: "sets of texts", collections: texts, isInteger: false }] : []),
  ])("keeps its promise for $noun just over the limit, give or take 30 %", async ({ collections, isInteger }) => {
    const { promised, saved } = await followAdvice(release, collections, isInteger);
    expect(promised).toBeGreaterThan(1_000_000);
    expect(saved / promised).toBeGreaterThan(0.7);
    expect(saved / promised).toBeLessThan(1.3);
  });

  it("keeps its promise for tiny strings that become fields, give or take 30 %", async () => {
    const server = await startRedis({ release });
    const count = 65_536;
    const id = (i: number) => String(i).padStart(7, "0");
    const value = (i: number) => `value-${String((i * 7919) % 1_000_003).padStart(12, "x")}`;
    const empty = await usedBytes(server);
    await inBatches(count, (i) => server.call("SET", `profile:name:${id(i)}`, value(i)));
    const asStrings = (await usedBytes(server)) - empty;
    const bytes = Number(await server.call("MEMORY", "USAGE", `profile:name:${id(1)}`));
    const waste = new WasteCounts();
    for (let i = 0; i < count; i++) waste.add("string", bytes, null, 20, -1, null);
    const [item] = await wasteOf(server, release, waste, "profile:name:*");
    await server.call("FLUSHALL");
    const emptyAgain = await usedBytes(server);
    await inBatches(count, (i) => server.call("HSET", `profile:name:${Math.floor(i / 100)}`, id(i), value(i)));
    const asHashes = (await usedBytes(server)) - emptyAgain;
    const promised = item?.savedBytes ?? 0;
    expect(promised).toBeGreaterThan(1_000_000);
    expect((asStrings - asHashes) / promised).toBeGreaterThan(0.7);
    expect((asStrings - asHashes) / promised).toBeLessThan(1.3);
  });
});

/** A thousand commands under way at a time. */
async function inBatches(count: number, command: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, count - from) }, (_, i) => command(from + i));
    await Promise.all(batch);
  }
}
