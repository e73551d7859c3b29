import { afterEach, describe, expect, it } from "vitest";
import { openFleet } from "../../../src/connect/open-fleet.js";
import type { WritePolicy } from "../../../src/apply/warm/cache-writer.js";
import type { WarmValue } from "../../../src/model/warm-manifest.js";
import { FaultProxies, type Watcher } from "../../support/fault-proxy.js";
import { liveProfile } from "../../support/live.js";
import { releases, startCluster, startRedis, usingServers, type RedisServer } from "../../support/servers/index.js";
import { item, writerLive } from "../../support/warm-writer.js";

usingServers();

const all = await releases();
const onlyMissing: WritePolicy = { kind: "only-missing" };
const refresh: WritePolicy = { kind: "refresh-below", ttlMs: 600_000 };

const numbers = (count: number, prefix = "") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const pairs = (count: number, first: string, second: string) =>
  numbers(count).flatMap((i) => [`${first}${i}`, `${second}${i}`]);

const small: Record<string, WarmValue> = {
  hash: { type: "hash", pairs: ["from", "warm", "n", "1"] },
  set: { type: "set", members: ["warm", "b"] },
  list: { type: "list", members: ["warm", "warm"] },
  zset: { type: "zset", pairs: ["1", "warm", "2.5", "b"] },
};
/** More than one command should write. Some members come twice. */
const large: Record<string, WarmValue> = {
  hash: { type: "hash", pairs: pairs(5_000, "f", "v") },
  set: { type: "set", members: [...numbers(5_000), "1", "2"] },
  list: { type: "list", members: [...numbers(5_000), "1", "1"] },
  zset: { type: "zset", pairs: [...pairs(5_000, "", "m"), "7", "m1"] },
};
const elements = { hash: 5_000, set: 5_000, list: 5_002, zset: 5_000 };
const counting = { hash: "HLEN", set: "SCARD", list: "LLEN", zset: "ZCARD" };
type Type = keyof typeof counting;
const types = Object.keys(counting) as Type[];

let proxies: FaultProxies | undefined;
afterEach(() => proxies?.close());

/** What an application writes when the look at `key` has been answered, and before the answer arrives. */
async function betweenLookAndWrite(server: RedisServer, key: string, write: () => Promise<unknown>) {
  proxies = await FaultProxies.start([server]);
  let wrote = 0;
  const watcher: Watcher = async ({ words, when }) => {
    if (words[0] === "PTTL" && words[1] === key && when === "after") {
      await write();
      wrote++;
    }
    return "pass" as const;
  };
  proxies.watch(watcher);
  return { proxy: { host: "127.0.0.1", port: proxies.portOf(server) }, wrote: () => wrote };
}

describe.each(all)("an item that an application writes at the same moment, on $name", ({ name: release }) => {
  it.each([...types.map((type) => [type, "small"] as const), ["set", "large"] as const])(
    "stays the application's with --only-missing (%s, %s)",
    async (type, size) => {
      const server = await startRedis({ release });
      const { proxy, wrote } = await betweenLookAndWrite(server, "k", () =>
        server.call("SET", "k", "the application's"),
      );
      const writer = await writerLive([proxy], onlyMissing);
      const value = (size === "small" ? small : large)[type] as WarmValue;
      expect(await writer.write([item("k", value), item("other", value)])).toMatchObject({
        ...{ written: 1, present: 1, failed: [], unknown: 0, refusal: null },
      });
      expect(wrote()).toBe(1);
      expect(await server.call("GET", "k")).toBe("the application's");
      // Nothing of what was built up is left.
      expect(await server.call("DBSIZE")).toBe(2);
    },
  );

  it.each([["hash", small["hash"]] as const, ["string", { type: "string", data: "warm" }] as const])(
    "stays the application's with --refresh-below (%s)",
    async (_, value) => {
      const server = await startRedis({ release });
      await server.call("SET", "k", "old", "PX", "60000");
      const { proxy, wrote } = await betweenLookAndWrite(server, "k", () =>
        server.call("SET", "k", "the application's", "PX", "3600000"),
      );
      const writer = await writerLive([proxy], refresh);
      expect(await writer.write([item("k", value as WarmValue)])).toMatchObject({ written: 0, present: 1, failed: [] });
      expect(wrote()).toBe(1);
      expect(await server.call("GET", "k")).toBe("the application's");
    },
  );
});

describe.each(all)("what is missing or old, on $name", ({ name: release }) => {
  it("is written whole with its TTL, of every type and size", async () => {
    const server = await startRedis({ release });
    await server.call("SET", "of another type", "old", "PX", "60000");
    await server.call("SET", "no ttl", "old");
    const dump = await dumpOf(server);
    const writer = await writerLive([server], refresh);
    const items = [
      ...types.map((type) => item(type, small[type] as WarmValue)),
      ...types.map((type) => item(`large ${type}`, large[type] as WarmValue)),
      item("for ever", large["set"] as WarmValue, null),
      item("of another type", small["zset"] as WarmValue),
      item("no ttl", small["zset"] as WarmValue),
      item("string", { type: "string", data: "x" }),
      item("copied", { type: "restore", data: dump }),
    ];
    expect(await writer.write(items)).toMatchObject({ written: items.length - 1, present: 1, failed: [] });
    expect(await server.call("HGETALL", "hash")).toEqual(["from", "warm", "n", "1"]);
    expect(await server.call("LRANGE", "list", "0", "-1")).toEqual(["warm", "warm"]);
    expect(await server.call("ZRANGE", "of another type", "0", "-1")).toEqual(["warm", "b"]);
    expect(await server.call("LRANGE", "large list", "0", "-1")).toEqual([...numbers(5_000), "1", "1"]);
    expect(await server.call("ZSCORE", "large zset", "m1")).toBe("7");
    for (const type of types) expect(await server.call(counting[type], `large ${type}`)).toBe(elements[type]);
    for (const key of ["hash", "large hash", "string", "copied"])
      expect(Number(await server.call("PTTL", key))).toBeGreaterThan(3_000_000);
    expect(await server.call("PTTL", "for ever")).toBe(-1);
    expect(await server.call("DBSIZE")).toBe(items.length);
  });

  it("stays as it is where the memory is full, and the run is told", async () => {
    const server = await startRedis({ release });
    await server.call("HSET", "k", "from", "the application");
    await server.call("PEXPIRE", "k", "60000");
    await server.call("CONFIG", "SET", "maxmemory", "1");
    const writer = await writerLive([server], refresh);
    for (const value of [small["hash"], large["hash"]]) {
      const outcome = await writer.write([item("k", value as WarmValue)]);
      expect(outcome).toMatchObject({ written: 0, failed: [], unknown: 0, notWritten: 1 });
      expect(outcome.refusal).toMatch(/^OOM command not allowed/);
      expect(await server.call("HGETALL", "k")).toEqual(["from", "the application"]);
    }
  });

  it("stays as it is for a login without scripts, which is told what it needs", async () => {
    const server = await startRedis({ release });
    await server.call("ACL", "SETUSER", "noscripts", "on", ">secret", "~*", "+@all", "-@scripting");
    await server.call("HSET", "k", "from", "the application");
    await server.call("PEXPIRE", "k", "60000");
    const writer = await writerLive([server], refresh, { username: "noscripts", password: "secret" });
    const outcome = await writer.write([item("k", small["hash"] as WarmValue)]);
    expect(outcome).toMatchObject({ written: 0, failed: [], notWritten: 1 });
    expect(outcome.refusal).toContain("need EVAL");
    expect(await server.call("HGETALL", "k")).toEqual(["from", "the application"]);
  });
});

describe("a collection that is built up", () => {
  it("is whole after its connection was lost half-way, each element once", async () => {
    const server = await startRedis();
    proxies = await FaultProxies.start([server]);
    const through = proxies;
    let scripts = 0;
    through.watch(({ words, when }) => {
      // Carried out, and nobody knows.
      if (words[0] !== "EVAL" || when !== "after" || ++scripts < 2) return "pass";
      through.mend();
      return "pass";
    });
    const writer = await writerLive([{ host: "127.0.0.1", port: through.portOf(server) }], { kind: "overwrite" });
    expect(await writer.write([item("k", large["list"] as WarmValue)])).toMatchObject({ written: 1, failed: [] });
    expect(scripts).toBe(2);
    expect(await server.call("LRANGE", "k", "0", "-1")).toEqual([...numbers(5_000), "1", "1"]);
    expect(await server.call("DBSIZE")).toBe(1);
  });

  it("lies in the slot of its key, whatever braces are in that", async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const writer = await writerLive(primaries, onlyMissing, { kind: "cluster" });
    const keys = ["plain", "a{tag}b", "a}b", "a{b", "a{}b", "{x}{y}"];
    const items = keys.map((key) => item(key, large["set"] as WarmValue));
    expect(await writer.write(items)).toMatchObject({ written: keys.length, failed: [], refusal: null });
    const found = await Promise.all(primaries.map((primary) => primary.call("KEYS", "*")));
    expect(found.flat().sort()).toEqual([...keys].sort());
  });
});

/** What DUMP gives for a string, one character a byte. */
async function dumpOf(server: RedisServer): Promise<string> {
  await server.call("SET", "dumped", "x");
  const fleet = await openFleet(liveProfile([server]), new AbortController().signal);
  const dump = await (await fleet.nodes[0]?.openBulk())?.call("DUMP", "dumped");
  fleet.close();
  await server.call("DEL", "dumped");
  if (typeof dump !== "string") throw new Error("DUMP gave no text");
  return dump;
}
