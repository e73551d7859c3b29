import { beforeAll, describe, expect, it } from "vitest";
import { emptied, flood, infoNumber, setting } from "../support/eviction-load.js";
import { outcomeOf, runCli } from "../support/run-cli.js";
import {
  memcachedReleases,
  releases,
  startMemcached,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

interface Plan {
  summary: string;
  sections: { id: string; rows: Record<string, string | number>[] }[];
}

const dry = ["--dry-run", "--json", "--observe", "0"];

/** Code → message, as the plan of this change shows them. */
async function warnings(words: string[]): Promise<Map<string, string>> {
  const run = await runCli(["evict-policy", "set", ...words, ...dry]);
  expect(run.code, outcomeOf(run)).toBe(0);
  const plan = JSON.parse(run.stdout) as Plan;
  const rows = plan.sections.find(({ id }) => id === "preflight")?.rows ?? [];
  return new Map(rows.map(({ code, message }) => [String(code), String(message)]));
}

interface Login {
  server: RedisServer;
  /** What the ACL takes from a login that may do everything else. */
  mayNot: string[];
}

/** Words that name the server to the CLI, as a store, with a login that may not do everything. */
async function targetWithLogin({ server, mayNot }: Login): Promise<string[]> {
  await server.call("ACL", "SETUSER", "ops", "reset", "on", ">pw", "~*", "+@all", ...mayNot);
  const dir = await directoryWith({
    "shop.yaml": `kind: standalone\nrole: store\nhost: ${server.host}\nport: ${server.port}\nusername: ops\npassword: pw\n`,
  });
  return ["-p", "shop", "--profiles-dir", dir];
}

/** What differs between versions does so between the oldest and the newest; the rest is the same code on the same fields. */
function ends<T>(list: readonly T[]): T[] {
  return [...new Set([list.at(0), list.at(-1)])].filter((one) => one !== undefined);
}

describe.each(ends(await releases()))("the preflight of evict-policy set on $name", ({ name }) => {
  let server: RedisServer;
  const target = () => ["-p", server.address];

  beforeAll(async () => {
    server = await startRedis({ release: name, configFile: true });
  });

  it("says what makes a policy inert", { timeout: 60_000 }, async () => {
    await emptied(server);
    await flood(server, "plain", 100);
    expect(await warnings(["volatile-lru", ...target()])).toEqual(
      new Map([
        ["inert-without-maxmemory", expect.stringContaining("--maxmemory")],
        ["volatile-without-ttls", expect.stringContaining("none has one")],
      ]),
    );
    await server.call("SET", "one", "1", "EX", "1000");
    const few = await warnings(["volatile-lru", "--maxmemory", "100mb", ...target()]);
    expect([...few.keys()]).toEqual(["volatile-few-ttls"]);
    expect(few.get("volatile-few-ttls")).toContain("1 of 101");
  });

  it(
    "counts the keys that become evictable, finds tag sets and locks, and touches none",
    { timeout: 60_000 },
    async () => {
      await emptied(server);
      await server.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
      await flood(server, "plain", 300);
      await flood(server, "timed", 50, "EX", "1000");
      await server.call("SADD", "shop:tag:shoes", "plain:1", "plain:2");
      await server.call("SET", "lock:checkout", "1");
      await waitUntil(async () => Number(await server.call("OBJECT", "IDLETIME", "plain:1")) >= 1, {
        what: "a key is idle",
        timeoutMs: 30_000,
      });
      const found = await warnings(["allkeys-lru", "--maxmemory", "100mb", ...target()]);
      expect([...found.keys()]).toEqual(["keys-become-evictable", "tag-sets-evictable", "locks-evictable"]);
      expect(found.get("keys-become-evictable")).toMatch(/evict 302 keys without a TTL \(\d{6} bytes\)/);
      expect(found.get("tag-sets-evictable")).toContain("1 set of a tag, such as shop:tag:shoes");
      expect(found.get("locks-evictable")).toContain("1 lock, such as lock:checkout");
      expect(Number(await server.call("OBJECT", "IDLETIME", "plain:1"))).toBeGreaterThanOrEqual(1);
      expect(await setting(server, "maxmemory-policy")).toBe("volatile-lru");
      const dir = await directoryWith({
        "shop.yaml": `kind: standalone\nrole: store\nhost: ${server.host}\nport: ${server.port}\n`,
      });
      const store = await warnings(["allkeys-lru", "-p", "shop", "--profiles-dir", dir]);
      expect(store.get("not-a-cache")).toContain("the profile calls this a store");
    },
  );

  it("says what a login may not know, and warns of what it sees all the same", { timeout: 60_000 }, async () => {
    await emptied(server);
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await server.call("CONFIG", "SET", "maxmemory", "100mb");
    await flood(server, "plain", 100);
    await server.call("SADD", "shop:tag:shoes", "plain:1", "plain:2");
    const blind = await targetWithLogin({ server, mayNot: ["-info"] });
    const toAll = await warnings(["allkeys-lru", ...blind]);
    expect([...toAll.keys()]).toEqual([
      ...["evictable-unknown", "tag-sets-evictable", "not-a-cache", "keys-not-seen", "at-once-unknown"],
    ]);
    expect(toAll.get("evictable-unknown")).toContain("of the 101 keys that were looked at, 101 have none");
    expect(toAll.get("keys-not-seen")).toContain("only database 0");
    expect([...(await warnings(["volatile-lru", ...blind])).keys()]).toEqual(["ttls-unknown", "at-once-unknown"]);
    const unlooking = await warnings(["allkeys-lru", ...(await targetWithLogin({ server, mayNot: ["-pttl"] }))]);
    expect([...unlooking.keys()]).toEqual(["keys-become-evictable", "not-a-cache", "keys-not-seen"]);
    expect(unlooking.get("keys-not-seen")).toContain("101 keys did not tell their TTL (PTTL)");
    const typeless = await warnings(["allkeys-lru", ...(await targetWithLogin({ server, mayNot: ["-type"] }))]);
    expect(typeless.get("keys-not-seen")).toContain("101 keys did not tell their type (TYPE)");
    await server.call("CONFIG", "SET", "maxmemory", "0");
  });

  it("warns that access times and LFU counters are read as each other", { timeout: 60_000 }, async () => {
    await emptied(server);
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await flood(server, "old", 100);
    const toLfu = await warnings(["allkeys-lfu", "--maxmemory", "100mb", ...target()]);
    expect([...toLfu.keys()]).toEqual(["lru-read-as-lfu"]);
    expect(toLfu.get("lru-read-as-lfu")).toContain("Safe order");
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
    expect([...(await warnings(["allkeys-lru", "--maxmemory", "100mb", ...target()])).keys()]).toEqual([
      "lfu-read-as-lru",
    ]);
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
  });

  it("says when eviction, or refusing writes, begins at once", { timeout: 60_000 }, async () => {
    await emptied(server);
    const emptyBytes = await infoNumber(server, "memory", "used_memory");
    await flood(server, "big", 5_000);
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await server.call("CONFIG", "SET", "maxmemory", String(emptyBytes + 2_000_000));
    const evicting = await warnings(["allkeys-random", ...target()]);
    expect(evicting.get("evicts-at-once")).toMatch(/\d{7} bytes on 127/);
    const refusing = await warnings(["noeviction", "--samples", "7", ...target()]);
    expect([...refusing.keys()]).toEqual(["refuses-writes-at-once"]);
    const lower = await runCli(["evict-policy", "set", "--maxmemory", String(emptyBytes), ...target(), "--yes"]);
    expect({ code: lower.code, stderr: lower.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is below the") as string,
    });
    await server.call("CONFIG", "SET", "maxmemory", "0");
  });
});

it(
  "names replicas that ignore maxmemory, and servers that lose the change with a restart",
  { timeout: 60_000 },
  async () => {
    const primary = await startRedis();
    const replica = await startRedis({ config: { replicaof: `${primary.host} ${primary.port}` } });
    await waitUntil(async () => String(await replica.call("INFO", "replication")).includes("master_link_status:up"), {
      what: "the replica is linked",
      timeoutMs: 30_000,
    });
    const found = await warnings(["volatile-lru", "--maxmemory", "100mb", "-p", primary.address]);
    expect(found.get("replicas-ignore-maxmemory")).toContain("set alike");
    expect(found.get("lost-with-a-restart")).toContain("without a configuration file");
    const asked = await warnings(["volatile-lru", "--maxmemory", "100mb", "--no-persist", "-p", primary.address]);
    expect(asked.get("lost-with-a-restart")).toContain("--no-persist");
  },
);

describe.each(ends(await memcachedReleases()))("the preflight of evict-policy set on $name", ({ name }) => {
  it("says what makes a setting inert, and what it costs", { timeout: 60_000 }, async () => {
    const [plain, fixed] = await Promise.all([
      startMemcached({ release: name }),
      startMemcached({ release: name, args: ["-M", "-o", "no_slab_reassign"] }),
    ]);
    const url = `memcached://${plain.host}:${plain.port}`;
    const codes = async (...words: string[]) => [...(await warnings(words)).keys()];
    expect(await codes("--lru-tune", "10,30,0.1,1.5", "-p", url)).toEqual(["lost-with-a-restart"]);
    expect(await codes("--temp-ttl", "30", "--slabs-automove", "2", "--lru-crawler", "off", "-p", url)).toEqual([
      "temp-items-unevictable",
      "automove-aggressive",
      "expired-stay",
      "lost-with-a-restart",
    ]);
    expect(await codes("--lru-mode", "flat", "--lru-tune", "10,30,0.1,1.5", "-p", url)).toEqual([
      "inert-in-flat-mode",
      "lost-with-a-restart",
      "flat-loses-segments",
    ]);
    const off = `memcached://${fixed.host}:${fixed.port}`;
    expect(await codes("--slabs-automove", "0", "-p", off)).toEqual([
      "evictions-off",
      "inert-without-reassign",
      "lost-with-a-restart",
    ]);
  });
});
