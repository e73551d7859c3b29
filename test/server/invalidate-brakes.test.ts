import { describe, expect, it } from "vitest";
import { hashSlot } from "../../src/model/hash-slot.js";
import { evenOwner } from "../support/even-slots.js";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { allowStall, stall } from "../support/client-load.js";
import { callsOf, clientsOf } from "../support/server-counts.js";
import {
  findRelease,
  startCluster,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";

usingServers();

const selector = { kind: "tags", tags: ["t"], match: "any" } as const;
const keyCount = 2_000;
const names = Array.from({ length: keyCount }, (_, i) => `k:${i}`);

async function fill(server: RedisServer): Promise<void> {
  await server.call("MSET", ...names.flatMap((name) => [name, "v"]));
  await server.call("SADD", "tag:t", ...names);
}

describe("what holds an invalidation back", () => {
  it.each(["tags", "keys"] as const)("--rate: no more keys a second than that (%s)", async (kind) => {
    const server = await startRedis();
    await fill(server);
    const ratePerSecond = 400;
    const startedMs = performance.now();
    const report = await invalidateLive([server], {
      selector: kind === "tags" ? selector : { kind, keys: names },
      ratePerSecond,
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    expect(countsOf(report)).toMatchObject({ deleted: keyCount, failed: 0 });
    // What comes last needs not be waited for: a chunk of at most 512.
    expect(seconds).toBeGreaterThan((keyCount - 512) / ratePerSecond);
  });

  it.each([
    { maxLatencyMs: 5, slowsDown: true },
    { maxLatencyMs: 60_000, slowsDown: false },
  ])("--max-latency: it waits while the server is slower than that ($maxLatencyMs ms)", async (one) => {
    const { maxLatencyMs, slowsDown } = one;
    const { version } = await findRelease("redis");
    const server = await startRedis({ config: allowStall(version) });
    await fill(server);
    const running = invalidateLive([server], { selector, ratePerSecond: 500, maxLatencyMs });
    await waitUntil(async () => Number(await server.call("EXISTS", ...names)) < keyCount, {
      what: "it has begun",
      timeoutMs: 30_000,
    });
    // Three late answers in a row are taken for the server's fault; between the pauses it answers what has come.
    for (let i = 0; i < 10; i++) await stall(server, 300);
    const report = await running;
    expect(countsOf(report)).toMatchObject({ deleted: keyCount, failed: 0 });
    const { slowdowns, addedLatencyMs } = countsOf(report);
    expect(Number(slowdowns) > 0).toBe(slowsDown);
    expect(Number(addedLatencyMs)).toBeGreaterThan(5);
  });
});

describe("an outage during which the owners are looked for again and again", () => {
  it("leaves no connections behind", { timeout: 90_000 }, async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const [first, second] = primaries as [RedisServer, RedisServer];
    const owner = (key: string) => primaries[evenOwner(key, primaries.length)] as RedisServer;
    await Promise.all(names.map((name) => owner(name).call("SET", name, "v")));
    await owner("tag:t").call("SADD", "tag:t", ...names);
    const running = invalidateLive(primaries, { selector, ratePerSecond: 1_000 }, { kind: "cluster" });
    await waitUntil(async () => Number(await first.call("DBSIZE")) < keyCount / 4, {
      what: "it has begun",
      timeoutMs: 30_000,
    });
    const before = await clientsOf(primaries);
    // A slot that nobody serves: this member takes nothing any more, and says so.
    const lost = evenOwner("tag:t", primaries.length) === 0 ? String(hashSlot("tag:t") === 0 ? 1 : 0) : "0";
    await first.call("CLUSTER", "DELSLOTS", lost);
    const looksBefore = await callsOf(second, "cluster");
    await waitUntil(async () => (await callsOf(second, "cluster")) >= looksBefore + 40, {
      what: "the owners were looked for many times",
      timeoutMs: 40_000,
    });
    // A look under way has some to each.
    expect(await clientsOf(primaries)).toBeLessThanOrEqual(before + 2 * primaries.length);
    await first.call("CLUSTER", "ADDSLOTS", lost);
    const report = await running;
    expect(countsOf(report)).toMatchObject({ deleted: keyCount, failed: 0 });
  });
});
