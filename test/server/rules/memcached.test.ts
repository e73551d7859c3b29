import { describe, expect, it } from "vitest";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut, type LiveOptions } from "../../support/live.js";
import {
  memcachedReleases,
  startMemcached,
  usingServers,
  waitUntil,
  type MemcachedConnection,
  type MemcachedServer,
} from "../../support/servers/index.js";

usingServers();

const memcached: LiveOptions = { kind: "memcached" };
const mebibyte = 2 ** 20;

describe.concurrent.each(await memcachedReleases())("$name", ({ name: release }) => {
  it("reports connections near the limit, and refused over it, until they are closed", async ({ expect }) => {
    const server = await startMemcached({ release, args: ["-c", "60"] });
    const held = await hold(server, 30);
    const near = await findingOf(server, "memcached-connections-near-limit", memcached);
    expect(near).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(near)["max_connections"]).toBe(60);
    expect(measured(near)["curr_connections"]).toBeGreaterThan(30);

    const during = () => knock(server, 20);
    const refused = await findingOf(server, "memcached-connections-refused", { ...memcached, during });
    expect(refused).toMatchObject({ priority: "high", nodes: [server.address] });
    expect(measured(refused)["rejected_connections"]).toBeGreaterThan(0);

    for (const connection of held) connection.close();
    await untilStat(server, "curr_connections", (current) => current < 10);
    expect(await outcomeOf(server, "memcached-connections-near-limit", memcached)).toBe("healthy");
    expect(await outcomeOf(server, "memcached-connections-refused", memcached)).toBe("healthy");
  });

  it("reports a server that is full as memcached-unreachable, with the reason, until there is room", async ({
    expect,
  }) => {
    const server = await startMemcached({ release, args: ["-c", "60"] });
    const held = await fillUp(server);
    const finding = await findingOf(server, "memcached-unreachable", memcached);
    expect(finding).toMatchObject({ priority: "critical", nodes: [server.address] });
    expect(measured(finding)["connection"]).toMatch(/^(max-clients|closed)$/);

    for (const connection of held) connection.close();
    await waitUntil(async () => (await outcomeOf(server, "memcached-unreachable", memcached)) === "healthy", {
      what: `${server.address} has room`,
      timeoutMs: 20_000,
    });
  });

  it("reports memcached-full until its own command raises the limit", async ({ expect }) => {
    const server = await startMemcached({ release, args: ["-m", "16"] });
    await fill(server, { prefix: "full", count: 2_000, sizeBytes: 8_000 });
    const options = { ...memcached, identity: { thresholds: { "memcached-full": { percent: 60 } } } };
    const finding = await findingOf(server, "memcached-full", options);
    expect(finding).toMatchObject({ priority: "info", nodes: [server.address] });
    expect(measured(finding)["limit_maxbytes"]).toBe(16 * mebibyte);

    await carryOut(finding);
    expect(await outcomeOf(server, "memcached-full", options)).toBe("healthy");
  });

  it("reports memcached-out-of-memory until its own command raises the limit", async ({ expect }) => {
    const server = await startMemcached({ release, args: ["-m", "8", "-M"] });
    const write = () => fill(server, { prefix: "store", count: 140, sizeBytes: 60_000 });
    const finding = await findingOf(server, "memcached-out-of-memory", { ...memcached, during: write });
    expect(finding).toMatchObject({ priority: "high", nodes: [server.address] });
    expect(measured(finding)["evictions"]).toBe("off");

    await carryOut(finding);
    expect(await outcomeOf(server, "memcached-out-of-memory", { ...memcached, during: write })).toBe("healthy");
  });

  it("reports evictions, and items evicted unread, until nothing more is pushed out", async ({ expect }) => {
    const server = await startMemcached({ release, args: ["-m", "4"] });
    const during = () => fill(server, { prefix: "flood", count: 6_000, sizeBytes: 3_000 });
    const evicting = await findingOf(server, "memcached-evicting", { ...memcached, during });
    expect(evicting).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(evicting)["evictions"]).toBeGreaterThan(1_000);
    const unfetched = await findingOf(server, "memcached-evicted-unfetched", memcached);
    expect(unfetched).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(unfetched)["never read"]).toBeGreaterThan(50);

    await server.send("stats reset");
    expect(await outcomeOf(server, "memcached-evicting", memcached)).toBe("healthy");
    expect(await outcomeOf(server, "memcached-evicted-unfetched", memcached)).toBe("healthy");
  });

  it("reports memcached-settings until its own command turns the crawler on", async ({ expect }) => {
    const server = await startMemcached({ release });
    expect(await server.send("lru_crawler disable")).toBe("OK");
    // The crawler's thread ends, and the setting with it, some time after the answer.
    const ended = async () => (await server.send("stats settings")).includes("STAT lru_crawler no");
    await waitUntil(ended, { what: "the crawler has ended", timeoutMs: 20_000 });
    const finding = await findingOf(server, "memcached-settings", memcached);
    expect(finding).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(finding)["lru_crawler"]).toBe("no");

    await carryOut(finding);
    expect(await outcomeOf(server, "memcached-settings", memcached)).toBe("healthy");
  });

  it("reports what happens within the window, and not when it no longer happens", async ({ expect }) => {
    const server = await startMemcached({ release });
    const flushed = await findingOf(server, "memcached-flushed", { ...memcached, during: say(server, "flush_all") });
    expect(flushed).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(flushed)["cmd_flush"]).toBe(1);

    const misses = say(server, ...Array.from({ length: 50 }, (_, i) => `get none${i}`));
    const missing = await findingOf(server, "memcached-hit-rate-low", { ...memcached, during: misses });
    expect(missing).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(measured(missing)).toMatchObject({ get_hits: 0, get_misses: 50, "hit rate": 0 });

    await server.send("set key 0 0 1\r\nx");
    const hits = say(server, ...Array.from({ length: 50 }, () => "get key"));
    const options = { ...memcached, during: hits };
    expect(await outcomeOf(server, "memcached-flushed", options)).toBe("healthy");
    expect(await outcomeOf(server, "memcached-hit-rate-low", options)).toBe("healthy");
  });
});

describe("the newest release", () => {
  // Not reported by 1.6.9.
  it("reports memcached-item-too-large while a client tries, and not for one that fits", async () => {
    const server = await startMemcached();
    const tooLarge = say(server, `set big 0 0 ${2 * mebibyte}\r\n${"x".repeat(2 * mebibyte)}`);
    const refused = await findingOf(server, "memcached-item-too-large", { ...memcached, during: tooLarge });
    expect(refused).toMatchObject({ priority: "info", nodes: [server.address] });
    expect(measured(refused)).toMatchObject({ store_too_large: 1, item_size_max: mebibyte });

    const during = say(server, `set big 0 0 ${mebibyte / 2}\r\n${"x".repeat(mebibyte / 2)}`);
    expect(await outcomeOf(server, "memcached-item-too-large", { ...memcached, during })).toBe("healthy");
  });

  it("reports a killed server as memcached-unreachable until it runs again", async () => {
    const server = await startMemcached();
    await server.kill();
    const finding = await findingOf(server, "memcached-unreachable", memcached);
    expect(finding).toMatchObject({ priority: "critical", nodes: [server.address] });
    expect(measured(finding)["connection"]).toBe("refused");

    await server.start();
    expect(await outcomeOf(server, "memcached-unreachable", memcached)).toBe("healthy");
  });

  it("reports memcached-conn-yields while a client sends more at once than its turn allows", async () => {
    const server = await startMemcached();
    const pipeline = Array.from({ length: 500 }, (_, i) => `get key${i}`);
    const during = async () => {
      await Promise.all(pipeline.map((line) => server.send(line)));
    };
    const finding = await findingOf(server, "memcached-conn-yields", { ...memcached, during });
    expect(finding).toMatchObject({ priority: "low", nodes: [server.address] });
    expect(measured(finding)["conn_yields"]).toBeGreaterThan(1);

    expect(await outcomeOf(server, "memcached-conn-yields", memcached)).toBe("healthy");
  });

  it("reports memcached-evicted-young while another class hoards, and its own command lets pages move", async () => {
    const options = { ...memcached, identity: { thresholds: { "memcached-evicted-young": { oldSeconds: 1 } } } };
    const server = await startMemcached({ args: ["-m", "4", "-o", "slab_automove=0"] });
    await fill(server, { prefix: "old", count: 10, sizeBytes: 100 });
    const aged = async () => /items:\d+:age [1-9]/.test(await server.send("stats items"));
    await waitUntil(aged, { what: "the old items are old", timeoutMs: 20_000 });
    const during = () => fill(server, { prefix: "flood", count: 2_000, sizeBytes: 3_000 });
    const finding = await findingOf(server, "memcached-evicted-young", { ...options, during });
    expect(finding).toMatchObject({ priority: "medium", nodes: [server.address] });
    expect(finding.evidence).toContainEqual(
      expect.objectContaining({ fact: expect.stringMatching(/:evicted_time$/) as string, unit: "seconds" }),
    );

    await carryOut(finding);
    expect(await server.send("stats settings")).toContain("slab_automove 1");
    expect(await outcomeOf(server, "memcached-evicted-young", options)).toBe("healthy");
  });

  it("reports memcached-slab-waste after most items are gone until the room is used again", async () => {
    const server = await startMemcached({ args: ["-m", "32"] });
    const items = { prefix: "k", count: 400, sizeBytes: 60_000 };
    await fill(server, items);
    for (let i = 0; i < items.count; i++) await server.send(`delete k${i}`);
    const finding = await findingOf(server, "memcached-slab-waste", memcached);
    expect(finding).toMatchObject({ priority: "low", nodes: [server.address] });
    expect(measured(finding)["waste"]).toBeGreaterThan(20);

    await fill(server, items);
    expect(await outcomeOf(server, "memcached-slab-waste", memcached)).toBe("healthy");
  });
});

interface Items {
  prefix: string;
  count: number;
  sizeBytes: number;
}

/** Stores `<prefix>0…`, whether the server has room for them or not. */
async function fill(server: MemcachedServer, { prefix, count, sizeBytes }: Items): Promise<void> {
  const value = "x".repeat(sizeBytes);
  for (let i = 0; i < count; i++) await server.send(`set ${prefix}${i} 0 0 ${sizeBytes}\r\n${value}`);
}

function say(server: MemcachedServer, ...lines: string[]): () => Promise<void> {
  return async () => {
    for (const line of lines) await server.send(line);
  };
}

/** Open connections, each answered once. */
async function hold(server: MemcachedServer, count: number): Promise<MemcachedConnection[]> {
  const connections = Array.from({ length: count }, () => server.open());
  await Promise.all(connections.map((connection) => connection.send("version")));
  return connections;
}

/** Holds connections until the server takes no more. */
async function fillUp(server: MemcachedServer): Promise<MemcachedConnection[]> {
  const held: MemcachedConnection[] = [];
  for (;;) {
    const connection = server.open();
    try {
      if (!(await connection.send("version")).startsWith("VERSION")) return held;
    } catch {
      // Turned away before the answer could be read.
      return held;
    }
    held.push(connection);
  }
}

/** Connects so many times at once, whether let in or turned away, and leaves again. */
async function knock(server: MemcachedServer, count: number): Promise<void> {
  const connections = Array.from({ length: count }, () => server.open());
  await Promise.allSettled(connections.map((connection) => connection.send("version")));
  for (const connection of connections) connection.close();
}

async function untilStat(server: MemcachedServer, name: string, holds: (value: number) => boolean): Promise<void> {
  const value = async () => Number(new RegExp(`STAT ${name} (\\d+)`).exec(await server.send("stats"))?.[1]);
  await waitUntil(async () => holds(await value()), { what: `${server.address} shows ${name}`, timeoutMs: 20_000 });
}
