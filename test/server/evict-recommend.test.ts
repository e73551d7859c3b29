import { describe, it } from "vitest";
import type { Reply } from "../../src/model/node-port.js";
import { adviseLive, writeAged } from "../support/advise-live.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { hitShare } from "../support/skewed-reads.js";

usingServers();

const wanted = ["redis-6.0", "redis-7.0", "redis-8.0", "valkey-9.1"];
const installed = (await releases()).map(({ name }) => name);
const all = installed.some((name) => wanted.includes(name))
  ? wanted.filter((name) => installed.includes(name))
  : installed;

const mebibyte = 2 ** 20;
const old = { idleSeconds: 10_000, ttlSeconds: 3_600 };

describe.each(all)("%s", (release) => {
  const start = (policy: string, maxmemory = "20mb") =>
    startRedis({ release, config: { maxmemory, "maxmemory-policy": policy } });

  it("a cache that overflows noeviction: the policy that is recommended, carried out, does not lower the hit rate", async ({
    expect,
  }) => {
    const server = await start("noeviction", `${3 + (await emptyMebibytes(release))}mb`);
    const application = server.open();
    // What was read most when the cache was filled, and is not any more.
    await writeAged(server, "last-month:", { count: 2_000, ...old });
    const load = { reads: 4_000, keys: 6_000 };
    await hitShare(application, { ...load, seed: 7 });
    const before = await hitShare(application, { ...load, seed: 8 });
    expect(before.refused).toBeGreaterThan(0);
    const { advice } = await adviseLive(server, {
      during: async () => {
        await hitShare(application, { ...load, reads: 500, seed: 9 });
      },
    });
    expect(advice.policy).toMatchObject({ current: "noeviction", chosen: "allkeys-lru", priority: "high" });
    await carryOut(server, advice);
    await hitShare(application, { ...load, seed: 7 });
    const after = await hitShare(application, { ...load, seed: 8 });
    expect(after.refused).toBe(0);
    expect(after.share, `hit rate, ${before.share} under noeviction`).toBeGreaterThanOrEqual(before.share);
    application.close();
  });

  it("a cache with locks and tag sets without a TTL evicts only what has one", async ({ expect }) => {
    const server = await start("allkeys-lru");
    await writeAged(server, "page:", { count: 12_000, ...old });
    for (let i = 0; i < 20; i++) {
      await server.call("SET", `lock:order:${i}`, "held");
      await server.call("SADD", `tag:news:${i}`, "page:1", "page:2");
    }
    const { advice } = await adviseLive(server);
    expect(advice.policy).toMatchObject({ chosen: "volatile-lru" });
    expect(advice.policy.reasons[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "tag sets without a TTL, about", value: 20 }),
    );
    // Keys that nobody uses make up nearly all of the data: there is no need for more memory.
    expect(advice.maxmemory).toMatchObject({ chosenBytes: 20 * mebibyte, priority: null });
  });

  it("a session store with TTLs, a queue and a store", async ({ expect }) => {
    const server = await start("allkeys-lru");
    await writeAged(server, "sess:", { count: 12_000, ...old });
    expect((await adviseLive(server, { role: "session" })).advice.policy.chosen).toBe("volatile-lru");
    for (const role of ["queue", "store"] as const)
      expect((await adviseLive(server, { role })).advice.policy).toMatchObject({
        chosen: "noeviction",
        confidence: "high",
      });
  });

  it("keys without TTLs under a volatile policy, which evicts nothing", async ({ expect }) => {
    const server = await start("volatile-lru");
    await writeAged(server, "page:", { count: 13_000, idleSeconds: 10_000, ttlSeconds: 0 });
    const { advice } = await adviseLive(server);
    expect(advice.policy.chosen).toBe("allkeys-lru");
    expect(advice.further.map(({ id }) => id)).toEqual(["set-ttls"]);
    expect((await adviseLive(server, { role: null })).advice.policy.chosen).toBeNull();
  });

  it("LFU in force with hot keys stays, and its counters stay what they were", async ({ expect }) => {
    const server = await startRedis({
      release,
      config: { maxmemory: "20mb", "maxmemory-policy": "allkeys-lfu", "lfu-decay-time": "0", "lfu-log-factor": "0" },
    });
    await server.call(
      "EVAL",
      "for i = 1, 12000 do redis.call('SET', 'page:' .. i, string.rep('x', 1000), 'EX', 3600) end",
      "0",
    );
    await server.call("EVAL", "for round = 1, 90 do for i = 1, 600 do redis.call('GET', 'page:' .. i) end end", "0");
    const before = await usesOf(server, "FREQ");
    const { advice } = await adviseLive(server);
    expect(advice.policy).toMatchObject({ chosen: "allkeys-lfu", priority: null });
    expect(advice.use.basis).toBe("frequency");
    expect(advice.use.rows.at(-2)?.keys.value).toBe(600);
    expect(await usesOf(server, "FREQ")).toEqual(before);
  });

  it("stays within its bound of keys and commands, and leaves every idle time as it was", async ({ expect }) => {
    const server = await start("allkeys-lru", "100mb");
    await writeAged(server, "old:", { count: 9_000, ...old });
    await writeAged(server, "older:", { count: 9_000, idleSeconds: 100_000, ttlSeconds: 3_600 });
    await server.call("CONFIG", "RESETSTAT");
    const { advice, sample } = await adviseLive(server, { limitKeys: 1_000 });
    // A page of SCAN is taken whole.
    expect(advice.use.sampledKeys).toBeGreaterThanOrEqual(1_000);
    expect(advice.use.sampledKeys).toBeLessThan(1_100);
    for (const command of ["object|idletime", "memory|usage", "pttl", "type"])
      expect(await callsOf(server, command), command).toBeLessThan(1_150);
    expect(sample.commands).toBeLessThan(5_500);
    const { keys } = advice.use.rows.at(-2) ?? {};
    expect(Math.abs((keys?.value ?? 0) - 9_000)).toBeLessThan(3 * (keys?.plusMinus ?? 0));
    for (const [name, seconds] of await usesOf(server, "IDLETIME"))
      expect(seconds).toBeGreaterThanOrEqual(name.startsWith("older") ? 100_000 : 10_000);
  });

  it("an empty server, and one that is far from full: nothing that has to change", async ({ expect }) => {
    const server = await start("noeviction", "100mb");
    const empty = await adviseLive(server);
    expect(empty.advice.policy).toMatchObject({ chosen: "allkeys-lru", confidence: "low" });
    await writeAged(server, "page:", { count: 1_000, ...old });
    const { advice } = await adviseLive(server);
    expect(advice.policy).toMatchObject({ chosen: "noeviction", priority: null });
    expect(advice.command).toBeNull();
  });

  it("no limit: one that the host can hold, and that the server takes", async ({ expect }) => {
    const server = await start("noeviction", "0");
    await writeAged(server, "page:", { count: 1_000, ...old });
    const { advice } = await adviseLive(server);
    expect(advice.maxmemory).toMatchObject({ currentBytes: 0, chosenBytes: 100 * mebibyte, priority: "medium" });
    await carryOut(server, advice);
    expect(await server.call("CONFIG", "GET", "maxmemory")).toEqual(["maxmemory", String(100 * mebibyte)]);
  });

  it("a login without OBJECT and MEMORY: the policy by what INFO and TTLs tell, and what is not known by name", async ({
    expect,
  }) => {
    const server = await start("noeviction");
    await writeAged(server, "page:", { count: 13_000, ...old });
    await server.call("ACL", "SETUSER", "low", "on", ">secret", "~*", "+@all", "-object", "-memory");
    const { advice, sample } = await adviseLive(server, { username: "low", password: "secret" });
    expect(advice.policy.chosen).toBe("allkeys-lru");
    expect(advice.maxmemory.confidence).toBe(advice.maxmemory.priority === null ? advice.maxmemory.confidence : "low");
    expect(sample.refused.map(({ command }) => command).sort()).toEqual(["MEMORY USAGE", "OBJECT IDLETIME"]);
    const unsure = advice.doubts.map((doubt) => doubt.unsure).join("\n");
    expect(unsure).toContain("How much of the data is in use on");
    expect(unsure).toContain("How large the keys are");
  });
});

async function emptyMebibytes(release: string): Promise<number> {
  const server = await startRedis({ release });
  const used = Number(/used_memory:(\d+)/.exec(String(await server.call("INFO", "memory")))?.[1]);
  return Math.ceil(used / mebibyte);
}

async function carryOut(server: RedisServer, { policy, maxmemory }: Awaited<ReturnType<typeof adviseLive>>["advice"]) {
  if (policy.chosen !== null) await server.call("CONFIG", "SET", "maxmemory-policy", policy.chosen);
  if (maxmemory.chosenBytes !== null) await server.call("CONFIG", "SET", "maxmemory", String(maxmemory.chosenBytes));
}

async function usesOf(server: RedisServer, field: "IDLETIME" | "FREQ"): Promise<[string, number][]> {
  const script = `
    local rows = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do table.insert(rows, { key, redis.call('OBJECT', ARGV[1], key) }) end
    return rows`;
  const rows = (await server.call("EVAL", script, "0", field)) as Reply[][];
  return rows
    .map(([key, value]): [string, number] => [String(key), Number(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Before 7.0 subcommands are counted under their command. */
async function callsOf(server: RedisServer, command: string): Promise<number> {
  const stats = String(await server.call("INFO", "commandstats"));
  const calls = (name: string) =>
    Number(new RegExp(`cmdstat_${name.replace("|", "\\|")}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return calls(command) || calls(command.split("|")[0] ?? "");
}
