import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { TagSettings } from "../../src/model/invalidation.js";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const server: RedisServer = await startRedis();
beforeEach(() => server.call("FLUSHALL"));

/** As Illuminate\Cache\RedisTaggedCache writes: ZADD of the entry to each tag, then SETEX. Keys hold the tags' namespace as SHA-1. */
class LaravelCache {
  constructor(private readonly prefix: string) {}

  async put(tags: readonly string[], key: string, seconds: number | null): Promise<string> {
    const ids = tags.map((tag) => `tag:${tag}:entries`);
    const entry = `${createHash("sha1").update(ids.join("|")).digest("hex")}:${key}`;
    const score = seconds === null ? "-1" : String(Math.floor(Date.now() / 1000) + seconds);
    for (const id of ids) await server.call("ZADD", this.prefix + id, score, entry);
    await (seconds === null
      ? server.call("SET", this.prefix + entry, 's:1:"v";')
      : server.call("SETEX", this.prefix + entry, String(seconds), 's:1:"v";'));
    return this.prefix + entry;
  }
}

/** As Symfony's RedisTagAwareAdapter writes: SETEX of the items (100 days at most), then SADD of their whole ids to each tag. */
class SymfonyCache {
  constructor(
    private readonly namespace: string,
    private readonly separator = "\x01",
  ) {}

  async save(tags: readonly string[], key: string): Promise<string> {
    const id = `${this.namespace}:${key}`;
    await server.call("SETEX", id, "8640000", "v");
    for (const tag of tags)
      await server.call("SADD", `${this.namespace}:${this.separator}tags${this.separator}${tag}`, id);
    return id;
  }
}

describe("Laravel's tags", () => {
  const prefix = "laravel_database_laravel_cache_:";

  it.each<{ how: string; tags: TagSettings }>([
    { how: "named", tags: { scheme: "laravel", prefix } },
    { how: "found by the prefix", tags: { scheme: null, prefix } },
  ])("are invalidated with their keys, and other tags' keys stay ($how)", async ({ tags }) => {
    const cache = new LaravelCache(prefix);
    await cache.put(["people"], "anna", 600);
    await cache.put(["people", "authors"], "berta", null);
    const kept = await cache.put(["authors"], "carl", 600);
    const report = await invalidateLive([server], { selector: byTag("people"), tags });
    expect(report.status).toBe("success");
    expect(countsOf(report)).toMatchObject({ seen: 2, deleted: 2, untagged: 2, failed: 0 });
    const authors = `${prefix}tag:authors:entries`;
    expect(await keys()).toEqual([authors, kept].sort());
    // Its entry in the other tag has no key any more: --prune clears it, as Laravel's cache:prune-stale-tags does in time.
    expect(await server.call("ZCARD", authors)).toBe(2);
    await invalidateLive([server], { selector: byTag("authors"), tags, action: { kind: "prune" } });
    expect(await server.call("ZCARD", authors)).toBe(1);
    expect(await server.call("EXISTS", kept)).toBe(1);
  });

  it("puts an entry back whose key is written after its tag was removed, with the key's expiry as its score", async () => {
    const cache = new LaravelCache("");
    const key = await cache.put(["people"], "anna", 600);
    const running = invalidateLive([server], { selector: byTag("people"), settleMs: 1_500 });
    while ((await server.call("EXISTS", key)) === 1);
    // What a writer does that had added the tag already, before it was removed.
    await server.call("SETEX", key, "300", "new");
    expect(countsOf(await running)).toMatchObject({ retagged: 1 });
    const score = Number(await server.call("ZSCORE", "tag:people:entries", key));
    expect(Math.abs(score - (Date.now() / 1000 + 300))).toBeLessThan(30);
  });
});

describe("Symfony's tags", () => {
  it.each([
    { format: "of today", separator: "\x01" },
    { format: "of older versions", separator: "\x00" },
  ])("are invalidated with their items ($format)", async ({ separator }) => {
    const cache = new SymfonyCache("ns1", separator);
    await cache.save(["news"], "a");
    await cache.save(["news", "sport"], "b");
    const kept = await cache.save(["sport"], "c");
    const tags: TagSettings = { scheme: "symfony", prefix: "ns1:" };
    const report = await invalidateLive([server], { selector: byTag("news"), tags });
    expect(countsOf(report)).toMatchObject({ seen: 2, deleted: 2, untagged: 2, failed: 0 });
    expect(await keys()).toEqual([`ns1:${separator}tags${separator}sport`, kept].sort());
    expect(report.notes.join(" ")).not.toContain("allkeys-");
  });

  it("come with a warning where the server may evict tag sets, also when the scheme was found", async () => {
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await new SymfonyCache("ns1").save(["news"], "a");
    for (const scheme of ["symfony", null] as const) {
      const tags: TagSettings = { scheme, prefix: "ns1:" };
      const report = await invalidateLive([server], { selector: byTag("news"), tags, dryRun: true });
      expect(report.notes.join(" ")).toContain("allkeys-lru");
    }
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
  });
});

function byTag(tag: string) {
  return { kind: "tags", tags: [tag], match: "any" } as const;
}

async function keys(): Promise<unknown[]> {
  return ((await server.call("KEYS", "*")) as string[]).sort();
}
