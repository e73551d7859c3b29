import { beforeAll, describe, expect, it } from "vitest";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { releases, startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const deadline = 60_000;
const oneTag = { kind: "tags", tags: ["t"], match: "any" } as const;

describe.each(await releases())("invalidate on $name", ({ name: release }) => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ release });
  });

  it(
    "deletes every key of a tag, takes out every member, and touches nothing else",
    { timeout: deadline },
    async () => {
      await server.call("FLUSHALL");
      await fill(server, 3_000, 500);
      await server.call("SET", "other", "x");
      const report = await invalidateLive([server], { selector: oneTag, verify: true, settleMs: 50 });
      expect(report).toMatchObject({ status: "success", change: { complete: true, failed: [] } });
      expectWhole(countsOf(report), { seen: 3_500, deleted: 3_000, gone: 500 });
      expect(await server.call("DBSIZE")).toBe(1);
    },
  );

  it("shortens lives by a jitter of each key's own, and lengthens none", { timeout: deadline }, async () => {
    await server.call("FLUSHALL");
    await fill(server, 200, 0);
    await server.call("PEXPIRE", "k:1", "40000");
    const report = await invalidateLive([server], { selector: oneTag, action: { kind: "stale", seconds: 100 } });
    expect(countsOf(report)).toMatchObject({ staled: 199, kept: 1, deleted: 0, untagged: 0 });
    const lives = await Promise.all(Array.from({ length: 200 }, (_, i) => server.call("PTTL", `k:${i + 1}`)));
    expect(lives.every((ms) => Number(ms) > 0 && Number(ms) <= 100_000)).toBe(true);
    expect(Number(lives[0])).toBeLessThanOrEqual(40_000);
    expect(new Set(lives.slice(1).map((ms) => Math.round(Number(ms) / 1000))).size).toBeGreaterThan(20);
  });
});

describe("invalidate on one server", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });

  it("follows tags that are nested in a tag, also in a circle, and keeps their structure", async () => {
    await server.call("FLUSHALL");
    await server.call("SADD", "tag:t", "a", "tag:inner");
    await server.call("SADD", "tag:inner", "b", "tag:t", "tag:empty");
    await server.call("MSET", "a", "1", "b", "1", "c", "1");
    const report = await invalidateLive([server], { selector: oneTag });
    expect(countsOf(report)).toMatchObject({ deleted: 2, failed: 0 });
    expect(await keysOf(server)).toEqual(["c", "tag:inner", "tag:t"]);
    expect(await server.call("SMEMBERS", "tag:t")).toEqual(["tag:inner"]);
  });

  it("takes only keys that carry all tags with --all, and every key with --any", async () => {
    await server.call("FLUSHALL");
    await server.call("SADD", "tag:t", "a", "b");
    await server.call("SADD", "tag:u", "b", "c");
    await server.call("MSET", "a", "1", "b", "1", "c", "1");
    const both = { kind: "tags", tags: ["t", "u"] } as const;
    await invalidateLive([server], { selector: { ...both, match: "all" } });
    expect(await keysOf(server)).toEqual(["a", "c", "tag:t", "tag:u"]);
    expect(await server.call("SMEMBERS", "tag:u")).toEqual(["c"]);
    await invalidateLive([server], { selector: { ...both, match: "any" } });
    expect(await keysOf(server)).toEqual([]);
  });

  it("deletes nothing of keys carrying all of two tags when one of them does not exist", async () => {
    await server.call("FLUSHALL");
    await server.call("SADD", "tag:t", "a");
    await server.call("SET", "a", "1");
    await invalidateLive([server], { selector: { kind: "tags", tags: ["t", "nothing"], match: "all" } });
    expect(await keysOf(server)).toEqual(["a", "tag:t"]);
  });

  it("clears members without a key with --prune, an empty nested tag too, and deletes no key", async () => {
    await server.call("FLUSHALL");
    await server.call("SADD", "tag:t", "a", "gone:1", "gone:2", "tag:empty");
    await server.call("SET", "a", "1");
    const report = await invalidateLive([server], { selector: oneTag, action: { kind: "prune" } });
    expect(countsOf(report)).toMatchObject({ deleted: 0, untagged: 3, kept: 1 });
    expect(await server.call("SMEMBERS", "tag:t")).toEqual(["a"]);
  });

  it("leaves keys alone that were used lately, and keys outside the scope", async () => {
    await server.call("FLUSHALL");
    await fill(server, 5, 0);
    const idle = await invalidateLive([server], { selector: oneTag, olderThanSeconds: 60 });
    expect(countsOf(idle)).toMatchObject({ seen: 5, deleted: 0, kept: 5, untagged: 0 });
    await server.call("SADD", "tag:t", "{shop1}:a");
    await server.call("SET", "{shop1}:a", "1");
    const scoped = await invalidateLive([server], { selector: oneTag, scope: "shop1" });
    expect(countsOf(scoped)).toMatchObject({ deleted: 1, kept: 5, untagged: 1 });
    expect(await server.call("SCARD", "tag:t")).toBe(5);
  });

  it("refuses --older-than where the policy counts uses and no time", async () => {
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
    const run = invalidateLive([server], { selector: oneTag, olderThanSeconds: 60 });
    await expect(run).rejects.toMatchObject({ kind: "usage", code: "idle-time-unknown" });
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
  });

  it("deletes by prefix, whose wildcards are none, and by pattern", async () => {
    await server.call("FLUSHALL");
    await server.call("MSET", "p[1]*:a", "1", "p1:a", "1", "q:a", "1", "q:b", "1");
    await invalidateLive([server], { selector: { kind: "prefix", prefix: "p[1]*" } });
    expect(await keysOf(server)).toEqual(["p1:a", "q:a", "q:b"]);
    await invalidateLive([server], { selector: { kind: "pattern", pattern: "q:?" } });
    expect(await keysOf(server)).toEqual(["p1:a"]);
  });

  it("counts versions up, and one that is no number is a failure", async () => {
    await server.call("FLUSHALL");
    await server.call("MSET", "tag:t", "7", "v", "1", "text", "x");
    await invalidateLive([server], { selector: oneTag });
    expect(await server.call("GET", "tag:t")).toBe("8");
    const report = await invalidateLive([server], { selector: { kind: "version-key", keys: ["v", "text"] } });
    expect(await server.call("GET", "v")).toBe("2");
    expect(report).toMatchObject({ status: "partial", change: { complete: false, failed: [{}] } });
  });

  it("counts and changes nothing in a dry run", async () => {
    await server.call("FLUSHALL");
    await fill(server, 100, 20);
    const report = await invalidateLive([server], { selector: oneTag, dryRun: true });
    expect(report.change).toBeUndefined();
    expect(report.summary).toContain("120 keys");
    expect(report.sections.find(({ id }) => id === "sample")).toBeDefined();
    expect(await server.call("DBSIZE")).toBe(101);
  });

  it("says so when a key may not be touched, and deletes the others", async () => {
    await server.call("FLUSHALL");
    await fill(server, 100, 0);
    await server.call("SADD", "tag:t", "secret:1");
    await server.call("SET", "secret:1", "1");
    await server.call("ACL", "SETUSER", "app", "on", ">pw", "~k:*", "~tag:*", "+@all");
    const report = await invalidateLive([server], { selector: oneTag }, { username: "app", password: "pw" });
    expect(report).toMatchObject({ status: "partial" });
    expect(countsOf(report)).toMatchObject({ deleted: 100, failed: 1, untagged: 100 });
    expect(await keysOf(server)).toEqual(["secret:1", "tag:t"]);
  });

  it("tells a tag that is kept in two ways from one that is kept in one", async () => {
    await server.call("FLUSHALL");
    await server.call("SADD", "tag:t", "a");
    await server.call("ZADD", "tag:t:entries", "-1", "b");
    await expect(invalidateLive([server], { selector: oneTag })).rejects.toMatchObject({ code: "tag-ambiguous" });
  });
});

describe("invalidate on a cluster", () => {
  it("deletes keys at their owners, by tag, by name and by pattern", { timeout: deadline }, async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const [first] = primaries as [RedisServer];
    await setInCluster(primaries, 900);
    const one = primaries.map((server) => server.call("SADD", "tag:t", ...names(900), "gone").catch(() => 0));
    await Promise.all(one);
    const report = await invalidateLive([first], { selector: oneTag, settleMs: 50, verify: true }, { kind: "cluster" });
    expect(report.status).toBe("success");
    expectWhole(countsOf(report), { seen: 901, deleted: 900, gone: 1 });
    expect(await sizes(primaries)).toEqual([0, 0, 0]);
    await setInCluster(primaries, 90);
    // A URL of one member, without a word about the cluster, means all of it.
    const keys = { kind: "keys", keys: names(45) } as const;
    expect(countsOf(await invalidateLive([first], { selector: keys }))).toMatchObject({ deleted: 45 });
    const prefix = { kind: "prefix", prefix: "k:" } as const;
    expect(countsOf(await invalidateLive([first], { selector: prefix }))).toMatchObject({ deleted: 45 });
    expect(await sizes(primaries)).toEqual([0, 0, 0]);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `k:${i + 1}`);
}

/** Keys k:1 … with tag:t, and members without a key. */
/** Each key and member once. SSCAN may name a member again while its set shrinks: that one is found gone. */
function expectWhole(
  counts: ReturnType<typeof countsOf>,
  { seen, deleted, gone }: { seen: number; deleted: number; gone: number },
): void {
  expect(counts).toMatchObject({ deleted, untagged: seen, failed: 0 });
  const again = Number(counts["seen"]) - seen;
  expect(again >= 0 && again < 0.1 * seen).toBe(true);
  expect(counts["gone"]).toBe(gone + again);
}

async function fill(server: RedisServer, keys: number, gone: number): Promise<void> {
  await server.call("MSET", ...names(keys).flatMap((name) => [name, "v"]));
  await server.call("SADD", "tag:t", ...names(keys), ...Array.from({ length: gone }, (_, i) => `gone:${i}`));
}

async function setInCluster(primaries: readonly RedisServer[], count: number): Promise<void> {
  for (const name of names(count)) await Promise.any(primaries.map((server) => server.call("SET", name, "v")));
}

async function keysOf(server: RedisServer): Promise<unknown[]> {
  return ((await server.call("KEYS", "*")) as string[]).sort();
}

function sizes(servers: readonly RedisServer[]): Promise<unknown[]> {
  return Promise.all(servers.map((server) => server.call("DBSIZE")));
}
