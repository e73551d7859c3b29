import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { memcachedReleases, startMemcached, usingServers, type MemcachedServer } from "../support/servers/index.js";

usingServers();

interface Client {
  set(key: string, value: string, options: object): Promise<boolean>;
  get(key: string): Promise<{ value: Buffer | null }>;
  close(): void;
}
const memjs = createRequire(import.meta.url)("memjs") as {
  Client: { create(servers: string, options: { timeout: number }): Client };
};
/** Seconds. Half a second, its default, is a pause of a busy machine. */
const patient = { timeout: 10 };

const all = await memcachedReleases();
// The oldest that is supported, and the newest.
const tested = [...new Set([all[0], all.at(-1)])].filter((release) => release !== undefined);

describe.each(tested)("invalidate on $name ($version)", ({ name: release }) => {
  it("finds what memjs wrote on the very server that memjs chose", { timeout: 60_000 }, async () => {
    const servers = await start(release, 3);
    const keys = Array.from({ length: 300 }, (_, i) => `user:${i * 31}`);
    const client = memjs.Client.create(servers.map(({ address }) => address).join(","), patient);
    for (const key of [...keys, "other"]) await client.set(key, "v", { expires: 600 });
    const selector = { kind: "keys", keys } as const;
    const report = await invalidateLive(servers, { selector, hashing: "memjs" }, { kind: "memcached" });
    expect(report).toMatchObject({ status: "success", change: { complete: true } });
    expect(countsOf(report)).toMatchObject({ seen: 300, deleted: 300, gone: 0, failed: 0 });
    // No server was asked about a key that memjs keeps on another.
    expect(await sum(servers, "delete_misses")).toBe(0);
    expect((await client.get("other")).value?.toString()).toBe("v");
    expect(await sum(servers, "curr_items")).toBe(1);
    client.close();
  });

  it("asks every server where the application's choice is not known", async () => {
    const servers = await start(release, 2);
    await servers[1]?.send("set a 0 0 1\r\nx");
    const selector = { kind: "keys", keys: ["a", "b"] } as const;
    const report = await invalidateLive(servers, { selector }, { kind: "memcached" });
    expect(countsOf(report)).toMatchObject({ deleted: 1, failed: 0 });
    expect(report.notes.join(" ")).toContain("every server is asked");
    expect(await sum(servers, "curr_items")).toBe(0);
  });

  it("counts a tag's version up, and makes one that is not there from the time", async () => {
    const [server] = (await start(release, 1)) as [MemcachedServer];
    const selector = { kind: "tags", tags: ["t"], match: "any" } as const;
    const before = Date.now();
    await invalidateLive([server], { selector }, { kind: "memcached" });
    const made = await versionOf(server);
    expect(made).toBeGreaterThanOrEqual(before);
    await invalidateLive([server], { selector }, { kind: "memcached" });
    expect(await versionOf(server)).toBe(made + 1);
  });

  it("deletes by prefix and by pattern through the dump", async () => {
    const servers = await start(release, 2);
    for (const [i, server] of servers.entries())
      for (const key of [`p:${i}`, `p:x${i}`, `q:${i}`]) await server.send(`set ${key} 0 0 1\r\nx`);
    const prefix = { kind: "prefix", prefix: "p:" } as const;
    const report = await invalidateLive(servers, { selector: prefix, verify: true }, { kind: "memcached" });
    expect(countsOf(report)).toMatchObject({ seen: 4, deleted: 4, failed: 0 });
    expect(await sum(servers, "curr_items")).toBe(2);
    const young = await invalidateLive(
      servers,
      { selector: { kind: "pattern", pattern: "q:*" }, olderThanSeconds: 60 },
      { kind: "memcached" },
    );
    expect(countsOf(young)).toMatchObject({ deleted: 0 });
  });

  it("marks stale instead: one reader is told to make the item new, the others get the old one", async () => {
    const [server] = (await start(release, 1)) as [MemcachedServer];
    await server.send("set a 0 0 3\r\nold");
    const selector = { kind: "keys", keys: ["a"] } as const;
    const action = { kind: "stale", seconds: 30 } as const;
    const report = await invalidateLive([server], { selector, action }, { kind: "memcached" });
    expect(countsOf(report)).toMatchObject({ staled: 1, deleted: 0 });
    // W: this one is to make it new. X: it is stale. Z: somebody else is at it already.
    expect(await server.send("mg a v")).toMatch(/^VA 3 .*W.*\r\nold$/);
    expect(await server.send("mg a v")).toMatch(/^VA 3 .*Z.*\r\nold$/);
    expect(await server.send("mg a t")).toMatch(/^(HD|OK) t([12]?\d|30)\b/);
  });

  it("deletes a key that the text protocol has no way to write", async () => {
    const [server] = (await start(release, 1)) as [MemcachedServer];
    const client = memjs.Client.create(server.address, patient);
    await client.set("with space", "v", { expires: 600 });
    const report = await invalidateLive(
      [server],
      { selector: { kind: "keys", keys: ["with space"] } },
      { kind: "memcached" },
    );
    const { deleted, failed } = countsOf(report);
    // 1.6.9 cannot be told such a name in its text protocol: that is a failure, and no success.
    expect(Number(deleted) + Number(failed)).toBe(1);
    expect(await sum([server], "curr_items")).toBe(Number(failed));
    expect(report.status === "success").toBe(deleted === 1);
    client.close();
  });

  it("reports a server that is away, and invalidates on the others", { timeout: 60_000 }, async () => {
    const servers = await start(release, 2);
    await servers[0]?.send("set a 0 0 1\r\nx");
    await servers[1]?.stop();
    const selector = { kind: "keys", keys: ["a"] } as const;
    const report = await invalidateLive(servers, { selector }, { kind: "memcached" });
    expect(report).toMatchObject({ status: "partial", change: { complete: false } });
    expect(report.change?.failed[0]?.reason).toContain(servers[1]?.address);
    expect(countsOf(report)).toMatchObject({ deleted: 1, failed: 1 });
  });
});

function start(release: string, count: number): Promise<MemcachedServer[]> {
  return Promise.all(Array.from({ length: count }, () => startMemcached({ release })));
}

async function sum(servers: readonly MemcachedServer[], field: string): Promise<number> {
  const stats = await Promise.all(servers.map((server) => server.send("stats")));
  return stats.reduce(
    (total, text) => total + Number(new RegExp(`STAT ${field} (\\d+)`).exec(text)?.[1] ?? Number.NaN),
    0,
  );
}

async function versionOf(server: MemcachedServer): Promise<number> {
  return Number((await server.send("get tag:t")).split("\r\n")[1]);
}
