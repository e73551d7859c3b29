import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { wasteFacts } from "../../src/analyze/keyspace/waste.js";
import { WasteCounts } from "../../src/analyze/keyspace/waste-counts.js";
import { lookCloser, type CloserLookOptions } from "../../src/collect/keyspace/look-closer.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { CloserLook, KeyHandle } from "../../src/model/closer-look.js";
import { liveProfile, type LiveOptions } from "../support/live.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: () => Promise.resolve(),
};

/** CLIENT NO-TOUCH came with 7.2. */
function hasNoTouch(release: string): boolean {
  return release !== "redis-6.0" && release !== "redis-7.0";
}

const types: Record<string, string> = {
  json: "string",
  compressible: "string",
  random: "string",
  hash: "hash",
  list: "list",
  set: "set",
  zset: "zset",
  stream: "stream",
};

function handlesOf(server: RedisServer, names: string[], database = 0): KeyHandle[] {
  const node = `${server.host}:${server.port}`;
  return names.map((name) => ({ node, database, name, type: types[name] ?? "string" }));
}

async function look(
  server: RedisServer,
  keys: KeyHandle[],
  options: Partial<CloserLookOptions> = {},
  live: LiveOptions = {},
  stopped = () => false,
): Promise<Record<string, CloserLook>> {
  const fleet = await openFleet(liveProfile([server], live), new AbortController().signal);
  try {
    const nodes = fleet.nodes.map((node) => ({ node, observed: { node: node.identity, facts: {} } }));
    const { looks } = await lookCloser(nodes, keys, { readValues: true, touch: false, ...options }, { clock, stopped });
    return Object.fromEntries(looks.map((one) => [one.key.name, one]));
  } finally {
    fleet.close();
  }
}

async function fill(server: RedisServer): Promise<void> {
  const json = JSON.stringify({ user: 7, roles: ["a", "b"], tags: Array<string>(400).fill("blue-green") });
  await server.call("SET", "json", json, "PX", "600000");
  await server.call("SET", "compressible", "all work and no play ".repeat(500));
  await server.call("SET", "random", randomBytes(3000).toString("base64"));
  await server.call("HSET", "hash", ...Array.from({ length: 2000 }, (_, i) => String(i)));
  await server.call("RPUSH", "list", "a", "b", "c");
  await server.call("SADD", "set", "1", "2");
  await server.call("ZADD", "zset", "1", "a");
  await server.call("XGROUP", "CREATE", "stream", "workers", "0", "MKSTREAM");
  await server.call("XGROUP", "CREATE", "stream", "idlers", "0");
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => server.call("XADD", "stream", `${i + 1}-0`, "job", String(i))),
  );
  await server.call("XREADGROUP", "GROUP", "workers", "w1", "COUNT", "150", "STREAMS", "stream", ">");
  // As if they had been delivered two hours ago.
  const ids = Array.from({ length: 150 }, (_, i) => `${i + 1}-0`);
  await server.call("XCLAIM", "stream", "workers", "w1", "0", ...ids, "IDLE", "7200000", "JUSTID");
}

async function idleTimes(server: RedisServer): Promise<Record<string, number>> {
  const entries = await Promise.all(
    Object.keys(types).map(async (name) => [name, Number(await server.call("OBJECT", "IDLETIME", name))] as const),
  );
  return Object.fromEntries(entries);
}

describe.concurrent.each(all)("$name", ({ name: release }) => {
  it("looks at everything that leaves idle times alone, and leaves them alone", async ({ expect }) => {
    const server = await startRedis({ release });
    await fill(server);
    await waitUntil(async () => Object.values(await idleTimes(server)).every((seconds) => seconds >= 2), {
      what: "every key has been idle for two seconds",
      timeoutMs: 20_000,
      everyMs: 100,
    });
    const before = await idleTimes(server);
    const looks = await look(server, handlesOf(server, [...Object.keys(types), "gone"]));
    const after = await idleTimes(server);
    for (const name of Object.keys(types)) {
      expect(after[name], name).toBeGreaterThanOrEqual(before[name] ?? 0);
      expect(looks[name]?.idleSeconds, name).toBeGreaterThanOrEqual(before[name] ?? 0);
      expect(looks[name]?.bytes, name).toBeGreaterThan(0);
      expect(looks[name]).toMatchObject({ gone: false });
    }
    expect(looks["gone"]).toMatchObject({ gone: true, bytes: null, encoding: null, ttlMs: null, value: null });
    expect(looks["set"]).toMatchObject({ encoding: "intset", ttlMs: -1 });
    expect(looks["json"]?.ttlMs).toBeGreaterThan(0);
    if (hasNoTouch(release)) return;
    for (const one of Object.values(looks)) expect(one).toMatchObject({ elements: null, value: null, stream: null });
  });

  it("counts elements, reads values and asks streams where that touches nothing or does not matter", async ({
    expect,
  }) => {
    const server = await startRedis({ release });
    await fill(server);
    const looks = await look(server, handlesOf(server, Object.keys(types)), { touch: !hasNoTouch(release) });
    const elements = ["hash", "list", "set", "zset", "stream", "json"].map((name) => looks[name]?.elements);
    expect(elements).toEqual([1000, 3, 2, 1, 200, null]);
    expect(looks["json"]?.value).toMatchObject({ json: true, readBytes: 4096 });
    expect(looks["compressible"]?.value).toMatchObject({ json: false, length: 10_500, readBytes: 4096 });
    expect(looks["compressible"]?.value?.deflatedRatio).toBeLessThan(0.1);
    expect(looks["random"]?.value?.deflatedRatio).toBeGreaterThan(0.7);
    const stream = looks["stream"]?.stream;
    expect(stream).toMatchObject({ length: 200, entriesAdded: release === "redis-6.0" ? null : 200 });
    const workers = stream?.groups.find(({ name }) => name === "workers");
    expect(workers).toMatchObject({ consumers: 1, pending: 150, lag: release === "redis-6.0" ? null : 50 });
    expect(workers?.oldestPendingMs).toBeGreaterThanOrEqual(7_200_000);
    expect(stream?.groups.find(({ name }) => name === "idlers")).toMatchObject({ pending: 0, oldestPendingMs: null });

    const waste = new WasteCounts();
    waste.add("stream", 20_000, 200, 6, -1, null);
    const groups = [{ pattern: "stream", statistics: { waste }, samples: [] }];
    const facts = wasteFacts({ groups, looks: Object.values(looks), limits: null, ratio: 1, canReadValues: true });
    expect(facts.items).toMatchObject([{ kind: "stuck-consumer-groups", pattern: "stream (group workers)" }]);
  });

  it("keeps what the login may ask, and knows nothing of the rest", async ({ expect }) => {
    const server = await startRedis({ release });
    await fill(server);
    const rights = ["+@all", "-getrange", "-memory", "-object", "-xinfo", "-config", "-acl"];
    await server.call("ACL", "SETUSER", "reader", "on", ">secret", "~json", "~stream", "~hash", ...rights);
    const live = { username: "reader", password: "secret" };
    const keys = handlesOf(server, ["json", "stream", "hash", "list", "gone"]);
    const looks = await look(server, keys, { touch: !hasNoTouch(release) }, live);
    expect(looks["json"]).toMatchObject({ gone: false, bytes: null, encoding: null, value: null });
    expect(looks["json"]?.ttlMs).toBeGreaterThan(0);
    expect(looks["hash"]).toMatchObject({ elements: 1000, ttlMs: -1, bytes: null });
    expect(looks["stream"]).toMatchObject({ elements: 200, stream: null });
    // Beyond its key patterns a login cannot tell a refused key from one that has gone.
    for (const name of ["list", "gone"])
      expect(looks[name]).toMatchObject({ gone: false, bytes: null, elements: null, ttlMs: null });
  });

  it("asks each key in its own database, and idle times not at all under LFU", async ({ expect }) => {
    const server = await startRedis({ release, config: { "maxmemory-policy": "allkeys-lfu" } });
    await server.call("SET", "first", "a".repeat(100));
    await server.call("SELECT", "3");
    await server.call("SET", "third", "a".repeat(5000));
    const keys = [...handlesOf(server, ["first"]), ...handlesOf(server, ["third"], 3)];
    const looks = await look(server, keys);
    expect(looks["first"]).toMatchObject({ gone: false, idleSeconds: null });
    expect(looks["third"]?.bytes).toBeGreaterThan(5000);
  });
});

describe("on the newest release", () => {
  it("has looks without knowledge for a node that is dead", async () => {
    const server = await startRedis();
    await fill(server);
    const keys = handlesOf(server, ["hash"]);
    await server.stop();
    expect((await look(server, keys))["hash"]).toMatchObject({ gone: false, bytes: null, ttlMs: null });
  });

  it("asks nothing more once it is to stop", async () => {
    const server = await startRedis();
    await fill(server);
    const looks = await look(server, handlesOf(server, ["hash"]), {}, {}, () => true);
    expect(looks["hash"]).toMatchObject({ gone: false, bytes: null });
  });

  it("reads no values unless it may", async () => {
    const server = await startRedis();
    await fill(server);
    const looks = await look(server, handlesOf(server, ["json"]), { readValues: false });
    expect(looks["json"]).toMatchObject({ value: null });
    expect(looks["json"]?.bytes).toBeGreaterThan(0);
  });
});
