import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/model/node-port.js";
import { scanLive, type LiveScan, type ScannedKey } from "../support/scan-live.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

const namesOf = ({ keys }: LiveScan) => keys.map(({ name }) => name).sort();

/** Redis got CLIENT NO-TOUCH with 7.2, and Valkey began there: before, counting elements would touch the key. */
const countsElements = (release: string) => !["redis-6.0", "redis-7.0"].includes(release);

const seedScript = `
  for i = 1, 1500 do redis.call('SET', 'text:' .. i, string.rep('x', i % 300), 'PX', 1000000 + i) end
  for i = 1, 300 do for j = 1, i do redis.call('HSET', 'hash:' .. i, 'field' .. j, string.rep('v', j % 50)) end end
  for i = 1, 150 do for j = 1, i do
    redis.call('RPUSH', 'list:' .. i, j); redis.call('SADD', 'set:' .. i, 'm' .. j)
    redis.call('ZADD', 'zset:' .. i, j, 'm' .. j); redis.call('XADD', 'stream:' .. i, '*', 'f', j)
  end end
  redis.call('XADD', 'stream:empty', 'MAXLEN', '0', '*', 'f', '1')
  redis.call('SET', string.char(0, 255, 13, 10, 42, 200) .. 'binary', '1')
  redis.call('SET', 'ключ', '1')
  redis.call('SET', '', 'of the empty name')
  redis.call('SET', string.rep('n', 1048576), 'long')`;

/** Asks of each key by itself what the scan asks, in the server: name in hex, type, bytes, PTTL, elements, encoding. */
const askScript = `
  local count = { hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN' }
  local rows = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local type = redis.call('TYPE', key).ok
    table.insert(rows, {
      (key:gsub('.', function(c) return string.format('%02x', c:byte()) end)), type,
      redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '5'), redis.call('PTTL', key),
      count[type] and redis.call(count[type], key) or -1, redis.call('OBJECT', 'ENCODING', key) })
  end
  return rows`;

interface Asked {
  type: Reply;
  bytes: Reply;
  ttlMs: number;
  elements: Reply;
  encoding: Reply;
}

async function bruteForce(server: RedisServer): Promise<Map<string, Asked>> {
  const rows = (await server.call("EVAL", askScript, "0")) as Reply[][];
  return new Map(
    rows.map(([hex, type = null, bytes = null, ttlMs, elements = null, encoding = null]) => [
      Buffer.from(String(hex), "hex").toString("latin1"),
      { type, bytes, ttlMs: Number(ttlMs), elements: elements === -1 ? null : elements, encoding },
    ]),
  );
}

function comparable(keys: ScannedKey[]) {
  return keys
    .map(({ name, type, bytes, elements }) => ({ name, type, bytes, elements }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function lookupsOf(server: RedisServer): Promise<number> {
  return Number(/keyspace_hits:(\d+)/.exec(String(await server.call("INFO", "stats")))?.[1]);
}

describe.concurrent.each(all)("$name", ({ name: release }) => {
  it("finds name, type, bytes, TTL, elements and encoding of every key as asking each by itself does", async ({
    expect,
  }) => {
    const server = await startRedis({ release });
    await server.call("EVAL", seedScript, "0");
    const before = await bruteForce(server);
    const lookupsBefore = await lookupsOf(server);
    const { keys, scan } = await scanLive(server);
    expect((await lookupsOf(server)) - lookupsBefore).toBe(scan.addedLookups);
    const after = await bruteForce(server);
    const counts = countsElements(release);
    const wanted = [...before].map(([name, { type, bytes, elements }]) => {
      return { name, type, bytes, elements: counts ? elements : null };
    });
    expect(comparable(keys)).toEqual(wanted.sort((a, b) => (a.name < b.name ? -1 : 1)));
    for (const { name, ttlMs } of keys) {
      expect(ttlMs).toBeLessThanOrEqual(before.get(name)?.ttlMs ?? Number.NaN);
      expect(ttlMs).toBeGreaterThanOrEqual(after.get(name)?.ttlMs ?? Number.NaN);
    }
    const encoded = keys.filter(({ encoding }) => encoding !== null);
    expect(encoded.length).toBeGreaterThanOrEqual(Math.floor(keys.length / 32));
    for (const { name, encoding, idleSeconds } of encoded) {
      expect(encoding).toBe(before.get(name)?.encoding);
      expect(idleSeconds).toBeGreaterThanOrEqual(0);
    }
    const total = Number(await server.call("DBSIZE"));
    expect(scan).toMatchObject({
      expectedKeys: total,
      seenKeys: total,
      measuredKeys: total,
      vanishedKeys: 0,
      gap: null,
    });
    expect(scan.refused.map(({ command, cause }) => [command, cause])).toEqual(
      counts ? [] : [["elements", "not-supported"]],
    );
    expect(scan.longestCommand?.milliseconds).toBeGreaterThan(0);
  });

  it("leaves idle times as they are", async ({ expect }) => {
    const server = await startRedis({ release, config: { "maxmemory-policy": "allkeys-lru", maxmemory: "200mb" } });
    await server.call("EVAL", seedScript, "0");
    await restoreAll(server, "IDLETIME", "5000");
    const { scan, keys } = await scanLive(server);
    expect(scan.gap).toBeNull();
    expect(await objectOf(server, "IDLETIME")).toEqual(keys.map(() => "ok"));
    const asked = keys.filter(({ idleSeconds }) => idleSeconds !== null);
    expect(asked.length).toBeGreaterThan(50);
    for (const { idleSeconds } of asked) expect(idleSeconds).toBeGreaterThanOrEqual(5_000);
  });

  it("leaves access counters as they are, and reads them of every key when asked to", async ({ expect }) => {
    const config = {
      "maxmemory-policy": "allkeys-lfu",
      maxmemory: "200mb",
      "lfu-decay-time": "0",
      "lfu-log-factor": "0",
    };
    const server = await startRedis({ release, config });
    await server.call("EVAL", seedScript, "0");
    await restoreAll(server, "FREQ", "77");
    const lookupsBefore = await lookupsOf(server);
    const { scan, keys } = await scanLive(server, { frequencies: true });
    expect((await lookupsOf(server)) - lookupsBefore).toBe(scan.addedLookups);
    expect(scan.gap).toBeNull();
    expect(scan.refused.map(({ command }) => command)).toEqual(countsElements(release) ? [] : ["elements"]);
    expect(new Set(keys.map(({ frequency }) => frequency))).toEqual(new Set([77]));
    expect(new Set(keys.map(({ idleSeconds }) => idleSeconds))).toEqual(new Set([null]));
    expect(await objectOf(server, "FREQ")).toEqual(keys.map(() => "ok"));
  });

  it("counts elements before 7.2 only when told that touching is all right", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("RPUSH", "list", "a", "b", "c");
    const { keys, scan } = await scanLive(server, { touch: true });
    expect(keys).toMatchObject([{ name: "list", elements: 3 }]);
    expect(scan.refused).toEqual([]);
  });

  it("reads every database that has keys, or the one that is wanted", async ({ expect }) => {
    const server = await startRedis({ release });
    for (const database of ["0", "3", "7"]) {
      await server.call("SELECT", database);
      await server.call("SET", `in:${database}`, "1");
    }
    const every = await scanLive(server);
    expect(every.keys.map(({ database, name }) => [database, name])).toEqual([
      [0, "in:0"],
      [3, "in:3"],
      [7, "in:7"],
    ]);
    expect(every.scan).toMatchObject({ expectedKeys: 3, seenKeys: 3, gap: null });
    expect(every.position).toMatchObject({ doneDatabases: [0, 3, 7], database: null });
    const one = await scanLive(server, { database: 3 });
    expect(namesOf(one)).toEqual(["in:3"]);
    expect(one.scan).toMatchObject({ expectedKeys: 1, gap: null });
  });

  it("finds nothing wrong with a server that has no keys", async ({ expect }) => {
    const { keys, scan } = await scanLive(await startRedis({ release }));
    expect(keys).toEqual([]);
    expect(scan).toMatchObject({ expectedKeys: 0, seenKeys: 0, gap: null, addedLookups: 0 });
  });

  it("narrows to a pattern or a type, and says how many lookups that took", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("EVAL", seedScript, "0");
    const matching = await scanLive(server, { match: "hash:1?" });
    expect(namesOf(matching)).toEqual(Array.from({ length: 10 }, (_, i) => `hash:1${i}`));
    expect(matching.scan).toMatchObject({ seenKeys: 10, gap: null });
    expect(namesOf(await scanLive(server, { match: "клю*" }))).toEqual([Buffer.from("ключ").toString("latin1")]);
    const lookupsBefore = await lookupsOf(server);
    const streams = await scanLive(server, { type: "stream" });
    expect((await lookupsOf(server)) - lookupsBefore).toBe(streams.scan.addedLookups);
    expect(new Set(streams.keys.map(({ type }) => type))).toEqual(new Set(["stream"]));
    expect(streams.keys).toHaveLength(151);
  });

  it("does not count elements under a login that may not switch touching off", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("RPUSH", "list", "a");
    await server.call("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-client");
    const { keys, scan } = await scanLive(server, { live: { username: "reader", password: "pw" } });
    expect(keys).toMatchObject([{ name: "list", type: "list", elements: null }]);
    expect(scan.refused).toMatchObject([
      { command: "elements", cause: countsElements(release) ? "not-permitted" : "not-supported" },
    ]);
    expect(scan.gap).toBeNull();
    expect(await server.call("OBJECT", "IDLETIME", "list")).toBeGreaterThanOrEqual(0);
  });

  it("goes without a command that the login may not call, and asks it no second time", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("EVAL", seedScript, "0");
    await server.call("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-memory");
    await server.call("CONFIG", "RESETSTAT");
    await server.call("ACL", "LOG", "RESET");
    const { keys, scan } = await scanLive(server, { live: { username: "reader", password: "pw" } });
    expect(new Set(keys.map(({ bytes }) => bytes))).toEqual(new Set([null]));
    expect(keys.every(({ type, ttlMs }) => type !== null && ttlMs !== null)).toBe(true);
    expect(scan).toMatchObject({ gap: null, deniedKeys: 0, seenKeys: Number(await server.call("DBSIZE")) });
    const refused = scan.refused.find(({ command }) => command === "MEMORY USAGE");
    expect(refused).toMatchObject({ cause: "not-permitted" });
    expect(refused?.reason).toContain("NOPERM");
    expect(await refusalsOf(server, "memory")).toBeLessThanOrEqual(2);
  });

  it("hands on the mere names of keys that the login may not look at, and says how many", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("EVAL", seedScript, "0");
    await server.call("ACL", "SETUSER", "reader", "on", ">pw", "~text:*", "+@all");
    const { keys, scan } = await scanLive(server, { live: { username: "reader", password: "pw" } });
    const texts = keys.filter(({ name }) => name.startsWith("text:"));
    const others = keys.filter(({ name }) => !name.startsWith("text:"));
    expect(texts).toHaveLength(1_500);
    expect(texts.every(({ type, bytes }) => type === "string" && bytes !== null)).toBe(true);
    expect(others.every(({ type, bytes, ttlMs }) => type === null && bytes === null && ttlMs === null)).toBe(true);
    expect(scan).toMatchObject({ deniedKeys: others.length, seenKeys: keys.length });
    expect(scan.gap).toContain(`may not look at ${others.length} keys of ${server.address}`);
    expect(scan.refused.every(({ command }) => command === "elements")).toBe(true);
  });

  it("says so when the login may not SCAN", async ({ expect }) => {
    const server = await startRedis({ release });
    await server.call("SET", "k", "v");
    await server.call("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-scan");
    const { keys, scan, position } = await scanLive(server, { live: { username: "reader", password: "pw" } });
    expect(keys).toEqual([]);
    expect(scan.gap).toContain(`${server.address} refuses SCAN: NOPERM`);
    expect(position.doneDatabases).toEqual([]);
  });
});

describe("a key of a type that is not built in", () => {
  const withVectors = all.filter(({ name }) => name === "redis-8.0");

  it.each(withVectors)("is measured as any other on $name, its elements unknown", async ({ name: release }) => {
    const server = await startRedis({ release });
    await server.call("VADD", "vectors", "VALUES", "2", "1", "0", "a");
    const { keys, scan } = await scanLive(server);
    expect(keys).toMatchObject([{ name: "vectors", type: "vectorset", elements: null, ttlMs: -1 }]);
    expect(keys[0]?.bytes).toBe(await server.call("MEMORY", "USAGE", "vectors", "SAMPLES", "5"));
    expect(scan).toMatchObject({ gap: null, vanishedKeys: 0, deniedKeys: 0 });
  });
});

/** Gives all keys the same idle time or access counter, as if they had lain there for long. */
async function restoreAll(server: RedisServer, field: "IDLETIME" | "FREQ", value: string): Promise<void> {
  const script = `
    for _, key in ipairs(redis.call('KEYS', '*')) do
      redis.call('RESTORE', key, 0, redis.call('DUMP', key), 'REPLACE', ARGV[1], ARGV[2])
    end`;
  await server.call("EVAL", script, "0", field, value);
}

/** `ok` for each key whose idle time is not below, or whose counter is exactly, what {@link restoreAll} gave it. */
async function objectOf(server: RedisServer, field: "IDLETIME" | "FREQ"): Promise<Reply[]> {
  const script = `
    local rows = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local value = redis.call('OBJECT', ARGV[1], key)
      local ok = (ARGV[1] == 'FREQ' and value == 77) or (ARGV[1] == 'IDLETIME' and value >= 5000)
      table.insert(rows, ok and 'ok' or value)
    end
    return rows`;
  return (await server.call("EVAL", script, "0", field)) as Reply[];
}

/** How often the server refused a command, by its own log of refusals. */
async function refusalsOf(server: RedisServer, command: string): Promise<number> {
  const entries = (await server.call("ACL", "LOG", "128")) as Reply[][];
  return entries
    .filter((entry) => String(entry[entry.indexOf("object") + 1]).startsWith(command))
    .reduce((sum, entry) => sum + Number(entry[entry.indexOf("count") + 1]), 0);
}
