import { describe, it } from "vitest";
import type { Reply } from "../../src/model/node-port.js";
import { rowsOf, runBigkeys } from "../support/bigkeys-run.js";
import { mixedKeys, storeKeys } from "../support/mixed-keys.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

const idleSeconds = 5_000;
const frequency = 77;

describe.each(all)("$name", ({ name: release }) => {
  it("has the idle times that it had, the closer look included, and as many hits more as the report says", async ({
    expect,
  }) => {
    const server = await startRedis({ release, config: { "maxmemory-policy": "allkeys-lru", maxmemory: "200mb" } });
    await storeEverything(server);
    await putAside(server, "IDLETIME", idleSeconds);
    const before = await hitsOf(server);
    const { report } = await runBigkeys([server.address]);
    const [scan] = rowsOf(report, "scan");
    expect((await hitsOf(server)) - before).toBe(scan?.["addedLookups"]);
    const after = await usesOf(server, "IDLETIME");
    expect(after).toHaveLength(Number(scan?.["seenKeys"]));
    expect(after.filter(([, seconds]) => seconds < idleSeconds)).toEqual([]);
    for (const row of rowsOf(report, "largest-keys")) expect(row["idleSeconds"]).toBeGreaterThanOrEqual(idleSeconds);
  });

  it("has the access counters that it had, also when they are read of every key", async ({ expect }) => {
    const config = {
      "maxmemory-policy": "allkeys-lfu",
      maxmemory: "200mb",
      "lfu-decay-time": "0",
      "lfu-log-factor": "0",
    };
    const server = await startRedis({ release, config });
    await storeEverything(server);
    await putAside(server, "FREQ", frequency);
    const before = await hitsOf(server);
    const { report } = await runBigkeys([server.address, "--hot"]);
    const [scan] = rowsOf(report, "scan");
    expect((await hitsOf(server)) - before).toBe(scan?.["addedLookups"]);
    const after = await usesOf(server, "FREQ");
    expect(after).toHaveLength(Number(scan?.["seenKeys"]));
    expect(after.filter(([, count]) => count !== frequency)).toEqual([]);
  });
});

/** What a second look looks into as well: JSON, text that compresses, a stream with consumer groups that wait. */
async function storeEverything(server: RedisServer): Promise<void> {
  await storeKeys(mixedKeys(7), [server]);
  const document = JSON.stringify({ user: 7, tags: Array<string>(400).fill("blue-green") });
  await Promise.all(Array.from({ length: 40 }, (_, i) => server.call("SET", `doc:${i}`, document)));
  await Promise.all(Array.from({ length: 500 }, (_, i) => server.call("XADD", "jobs", `${i + 1}-0`, "job", String(i))));
  await server.call("XGROUP", "CREATE", "jobs", "workers", "0");
  await server.call("XREADGROUP", "GROUP", "workers", "w1", "COUNT", "150", "STREAMS", "jobs", ">");
}

/** As if all keys had lain there for long, or were used often. */
async function putAside(server: RedisServer, field: "IDLETIME" | "FREQ", value: number): Promise<void> {
  const script = `
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local left = redis.call('PTTL', key)
      redis.call('RESTORE', key, left < 0 and 0 or left, redis.call('DUMP', key), 'REPLACE', ARGV[1], ARGV[2])
    end`;
  await server.call("EVAL", script, "0", field, String(value));
}

/** Key and idle time or access counter. OBJECT changes neither. */
async function usesOf(server: RedisServer, field: "IDLETIME" | "FREQ"): Promise<[string, number][]> {
  const script = `
    local rows = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do table.insert(rows, { key, redis.call('OBJECT', ARGV[1], key) }) end
    return rows`;
  const rows = (await server.call("EVAL", script, "0", field)) as Reply[][];
  return rows.map(([key, value]) => [String(key), Number(value)]);
}

async function hitsOf(server: RedisServer): Promise<number> {
  return Number(/keyspace_hits:(\d+)/.exec(String(await server.call("INFO", "stats")))?.[1]);
}
