import { describe, expect, it } from "vitest";
import { hashSlot } from "../../src/model/hash-slot.js";
import type { Report } from "../../src/model/report.js";
import { evenOwner } from "../support/even-slots.js";
import { LiveMover } from "../support/move-live.js";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import {
  releases,
  startCluster,
  startRedis,
  startSentinelGroup,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";

usingServers();

const deadline = 150_000;
const selector = { kind: "tags", tags: ["t"], match: "any" } as const;
const keyCount = 6_000;
const all = await releases();

describe("invalidate while its servers are disturbed", () => {
  it("goes on after the server was killed and came back", { timeout: deadline }, async () => {
    const server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
    await fill([server]);
    const running = invalidateLive([server], { selector, ratePerSecond: 3_000 });
    await untilFewer([server], keyCount * 0.8);
    await server.kill();
    await server.start();
    expectWhole(await running);
    expect(await keysLeft([server])).toBe(0);
  });

  it("goes on at the new primary after a failover by Sentinel", { timeout: deadline }, async () => {
    const group = await startSentinelGroup();
    const live = { kind: "sentinel", profile: { masterName: group.masterName } } as const;
    await fill([group.primary]);
    await waitUntil(async () => Number(await group.replicas[0]?.call("DBSIZE")) > keyCount, {
      what: "the replica has the keys",
      timeoutMs: 20_000,
    });
    const running = invalidateLive(group.sentinels, { selector, ratePerSecond: 500, settleMs: 200 }, live);
    await untilFewer([group.primary], keyCount * 0.8);
    await group.primary.kill();
    expectWhole(await running);
    await waitUntil(async () => String(await group.replicas[0]?.call("ROLE")).startsWith("master"), {
      what: "the replica has taken over",
      timeoutMs: 60_000,
    });
    const after = await invalidateLive(group.sentinels, { selector }, live);
    expect(countsOf(after)).toMatchObject({ seen: 0 });
  });

  it("follows slots that move under it, and counts every key once", { timeout: deadline }, async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    await fill(primaries);
    const running = invalidateLive(primaries, { selector, ratePerSecond: 2_000 }, { kind: "cluster" });
    await untilFewer(primaries, keyCount * 0.9);
    const mover = await LiveMover.open(primaries);
    // The tag's own slot is the last of them.
    const from = primaries[evenOwner("tag:t", 3)] as RedisServer;
    const to = primaries.find((server) => server !== from) as RedisServer;
    const last = hashSlot("tag:t");
    const moved = await mover.move([{ from, to, slots: [[last - 700, last]] }]);
    mover.close();
    expect(moved.notMoved).toEqual([]);
    const report = await running;
    expectWhole(report);
    expect(await keysLeft(primaries)).toBe(0);
    expect(countsOf(report)).toMatchObject({ deleted: keyCount, failed: 0 });
  });

  it(
    "waits with a pattern for slots that move on and on, though there are few keys to look at",
    { timeout: deadline },
    async () => {
      const { primaries } = await startCluster({ replicasPerPrimary: 0 });
      const [from, to] = primaries as [RedisServer, RedisServer];
      const owner = (key: string) => primaries[evenOwner(key, 3)] as RedisServer;
      const names = Array.from({ length: 100 }, (_, i) => `k:${i}`);
      await Promise.all(names.map((name) => owner(name).call("SET", name, "v")));
      const mover = await LiveMover.open(primaries);
      const moving = mover.move([{ from, to, slots: [[0, 1_500]] }], { engine: "classic" });
      await waitUntil(async () => !/myself.* 0-5460/.test(String(await from.call("CLUSTER", "NODES"))), {
        what: "slots move",
        timeoutMs: 20_000,
      });
      const pattern = { kind: "pattern", pattern: "k:*" } as const;
      expectWhole(await invalidateLive(primaries, { selector: pattern }, { kind: "cluster" }));
      expect(await moving).toMatchObject({ notMoved: [] });
      mover.close();
      expect(await keysLeft(primaries)).toBe(0);
    },
  );

  it("goes on at the replica that took over a killed primary", { timeout: deadline }, async () => {
    const { primaries, replicas } = await startCluster({ config: { "cluster-node-timeout": "3000" } });
    await fill(primaries);
    await Promise.all(
      replicas.map((replica, i) =>
        waitUntil(async () => (await replica.call("DBSIZE")) === (await primaries[i]?.call("DBSIZE")), {
          what: "the replicas have the keys",
          timeoutMs: 20_000,
        }),
      ),
    );
    const running = invalidateLive(primaries, { selector, ratePerSecond: 2_000, settleMs: 500 }, { kind: "cluster" });
    await untilFewer(primaries, keyCount * 0.8);
    const victim = primaries.find((_, i) => i !== evenOwner("tag:t", 3)) as RedisServer;
    await victim.kill();
    expectWhole(await running);
    const survivors = primaries.filter((server) => server !== victim);
    const successor = replicas[primaries.indexOf(victim)] as RedisServer;
    expect(await keysLeft([...survivors, successor])).toBe(0);
  });

  it.each([...all.map(({ name }) => name), "a cluster"])(
    "works on %s whose memory is full",
    { timeout: deadline },
    async (where) => {
      const servers =
        where === "a cluster"
          ? (await startCluster({ replicasPerPrimary: 0 })).primaries
          : [await startRedis({ release: where })];
      await fill(servers);
      for (const server of servers) await server.call("CONFIG", "SET", "maxmemory", "1");
      const kind = where === "a cluster" ? "cluster" : "standalone";
      const report = await invalidateLive(servers, { selector, settleMs: 100 }, { kind });
      expectWhole(report);
      expect(countsOf(report)).toMatchObject({ deleted: keyCount, untagged: keyCount });
      expect(await keysLeft(servers)).toBe(0);
    },
  );

  it("stops at a server that takes no writes, says why, and counts what is true", { timeout: deadline }, async () => {
    const server = await startRedis();
    await fill([server]);
    await server.call("CONFIG", "SET", "min-replicas-to-write", "1");
    const report = await invalidateLive([server], { selector });
    expect(report).toMatchObject({ status: "failed", change: { complete: false } });
    expect(report.change?.failed[0]?.reason).toContain("NOREPLICAS");
    expect(report.change?.goOn[0]).toContain("--tag t");
    expect(countsOf(report)).toMatchObject({ deleted: 0, untagged: 0 });
    expect(await server.call("DBSIZE")).toBe(keyCount + 1);
    await server.call("CONFIG", "SET", "min-replicas-to-write", "0");
    expect(countsOf(await invalidateLive([server], { selector }))).toMatchObject({ deleted: keyCount });
  });

  it("finishes its chunk when it is interrupted, and a second run does the rest", { timeout: deadline }, async () => {
    const server = await startRedis();
    await fill([server]);
    const stop = new AbortController();
    const running = invalidateLive([server], { selector, ratePerSecond: 3_000 }, { stop: stop.signal });
    await untilFewer([server], keyCount * 0.8);
    stop.abort();
    const report = await running;
    expect(report).toMatchObject({ status: "partial", interrupted: true, change: { complete: false } });
    const deleted = Number(countsOf(report)["deleted"]);
    expect(await keysLeft([server])).toBe(keyCount - deleted);
    expect(await server.call("SCARD", "tag:t")).toBe(keyCount - deleted);
    const rest = await invalidateLive([server], { selector });
    expect(countsOf(rest)).toMatchObject({ deleted: keyCount - deleted, failed: 0 });
  });
});

function expectWhole(report: Report): void {
  expect({ status: report.status, failed: report.change?.failed, left: report.change?.notDone }).toEqual({
    ...{ status: "success", failed: [], left: [] },
  });
}

/** Keys k:0 … and their tag, each on its owner. */
async function fill(servers: readonly RedisServer[]): Promise<void> {
  const owner = (key: string) => servers[evenOwner(key, servers.length)] as RedisServer;
  const names = Array.from({ length: keyCount }, (_, i) => `k:${i}`);
  await Promise.all(names.map((name) => owner(name).call("SET", name, "v")));
  await owner("tag:t").call("SADD", "tag:t", ...names);
}

/** Keys of the tag that are there, the tag set itself not counted. */
async function keysLeft(servers: readonly RedisServer[]): Promise<number> {
  const found = await Promise.all(servers.map((server) => server.call("KEYS", "k:*")));
  return found.reduce((sum: number, names) => sum + (names as string[]).length, 0);
}

async function untilFewer(servers: readonly RedisServer[], keys: number): Promise<void> {
  await waitUntil(
    async () => {
      const sizes = await Promise.all(servers.map((server) => server.call("DBSIZE")));
      return sizes.reduce((sum: number, size) => sum + Number(size), 0) < keys;
    },
    { what: "some keys are deleted", timeoutMs: 30_000 },
  );
}
