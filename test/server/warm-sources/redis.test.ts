import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { SourceRow } from "../../../src/model/warm-source.js";
import {
  releases,
  startCluster,
  startRedis,
  temporaryDirectory,
  usingServers,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";
import { openSource, readSource } from "../../support/warm-sources.js";

usingServers();

const all = await releases();
const oldestAndNewest = [all[0], all.at(-1)].filter((release) => release !== undefined).map(({ name }) => name);

describe.each(oldestAndNewest)("redis source on %s", (release) => {
  let server: RedisServer;

  beforeAll(async () => {
    // Every use of a key counts, and none is forgotten.
    const config = { "maxmemory-policy": "allkeys-lfu", "lfu-log-factor": "0", "lfu-decay-time": "0" };
    server = await startRedis({ release, config });
    await server.call("SET", "t:string", "grüße", "PX", "600000");
    await server.call("HSET", "t:hash", "name", "Ada", "__proto__", "x");
    await server.call("RPUSH", "t:list", "b", "a", "b");
    await server.call("SADD", "t:set", "one");
    await server.call("ZADD", "t:zset", "1.5", "low", "inf", "high");
    await server.call("XADD", "t:stream", "*", "a", "1");
    await server.call("EVAL", "for i = 1, 5000 do redis.call('SET', 'n:' .. i, string.rep('x', 100)) end", "0");
    await server.call(
      "EVAL",
      "for i = 1, 3000 do redis.call('HSET', 'large', 'f' .. i, i); redis.call('RPUSH', 'longest', i) end",
      "0",
    );
    await server.call("SET", "heavy", "x".repeat(2_000_000));
  });

  it("gives values by type", async () => {
    const { rows, rejected } = await read({ pattern: "t:*", mode: "values" });
    expect(byKey(rows)).toEqual({
      "t:string": { key: "t:string", type: "string", value: "grüße", ttlMs: expect.any(Number) },
      "t:hash": {
        key: "t:hash",
        type: "hash",
        ttlMs: null,
        value: Object.fromEntries([
          ["name", "Ada"],
          ["__proto__", "x"],
        ]),
      },
      "t:list": { key: "t:list", type: "list", ttlMs: null, value: ["b", "a", "b"] },
      "t:set": { key: "t:set", type: "set", ttlMs: null, value: ["one"] },
      "t:zset": {
        key: "t:zset",
        type: "zset",
        ttlMs: null,
        value: [
          ["low", 1.5],
          ["high", Infinity],
        ],
      },
    });
    expect(rejected).toEqual([
      {
        place: `${server.address} key t:stream`,
        text: "t:stream",
        reason: "a stream cannot be read as values: use mode: dump",
      },
    ]);
  });

  it("gives large values whole, in pages of elements", async () => {
    const { rows } = await read({ pattern: "l*", mode: "values" });
    const { large, longest } = byKey(rows);
    expect(Object.keys(large?.["value"] as object)).toHaveLength(3_000);
    expect(longest?.["value"]).toEqual(Array.from({ length: 3_000 }, (_, i) => String(i + 1)));
  });

  it("gives dumps of every type, which RESTORE takes", async () => {
    const { rows, rejected } = await read({ pattern: "t:*" });
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(6);
    const { "t:string": text } = byKey(rows);
    expect(text?.["ttlMs"]).toBeGreaterThan(500_000);
    const other = await startRedis({ release });
    const connection = other.open();
    for (const { dump } of rows) expect(Buffer.isBuffer(dump)).toBe(true);
    const dump = text?.["dump"] as Buffer;
    // The harness writes text as UTF-8, so the bytes go by a script.
    const script =
      "return redis.call('RESTORE', KEYS[1], 0, (ARGV[1]:gsub('..', function(h) return string.char(tonumber(h, 16)) end)))";
    await connection.call("EVAL", script, "1", "copy", dump.toString("hex"));
    expect(await connection.call("GET", "copy")).toBe("grüße");
    connection.close();
  });

  it.each(["dump", "values"])("touches no key by %s where the server can be told so", async (mode) => {
    const before = await server.call("OBJECT", "FREQ", "n:1");
    await read({ pattern: "n:1", mode });
    const after = Number(await server.call("OBJECT", "FREQ", "n:1"));
    // CLIENT NO-TOUCH came with Redis 7.2.
    if (/^redis-(6|7\.0)/.test(release)) expect(after).toBeGreaterThan(Number(before));
    else expect(after).toBe(before);
  });

  it("reads every key once, and leaves out what is too large", async () => {
    const source = await open({ maxValueBytes: 1_000_000 });
    expect(await source.totalRows()).toBe(5_009);
    const { rows, rejected } = await readSource(source);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(5_008);
    expect(rejected).toEqual([
      {
        place: `${server.address} key heavy`,
        text: "heavy",
        reason: expect.stringMatching(/^takes 2\d{6} bytes, more than maxValueBytes/),
      },
    ]);
  });

  it("goes on where it stopped, and from the beginning where the server is another process", async () => {
    const first = await read({ pattern: "n:*" }, { maxPages: 4 });
    const rest = await read({ pattern: "n:*" }, { from: first.resumeAt });
    const keys = new Set([...first.rows, ...rest.rows].map(({ key }) => key));
    expect(keys.size).toBe(5_000);
    expect(rest.rows.length).toBeLessThan(5_000);
    const elsewhere = { ...(first.resumeAt as object), runId: "another" };
    expect((await read({ pattern: "n:*" }, { from: elsewhere as never })).rows).toHaveLength(5_000);
  });

  it("reads what a report of bigkeys lists", async () => {
    await server.call("EVAL", "redis.call('SET', '\\255\\254', 'bytes')", "0");
    const report = join(await temporaryDirectory(), "report.json");
    const names = ["large", "heavy", String.raw`\xff\xfe`, "not there", `${"n".repeat(256)}… (300 bytes)`];
    const rows = names.map((key) => ({ key, node: server.address }));
    await writeFile(
      report,
      JSON.stringify({ sections: [{ kind: "table", id: "largest-keys", target: "prod", rows }] }),
    );
    const block = { kind: "bigkeys-report" as const, report, from: `redis://${server.address}`, mode: "values" };
    const found = await readSource(await openSource(block));
    expect(found.rows.map(({ key }) => key)).toEqual(["large", "heavy", Buffer.from([255, 254])]);
    expect(found.rejected).toEqual([
      { place: report, reason: "the report shows only the beginning of this name", text: names[4] },
    ]);
    await expect(openSource({ ...block, list: "longest" })).rejects.toMatchObject({ code: "bigkeys-report" });
    await server.call("EVAL", "redis.call('DEL', '\\255\\254')", "0");
  });

  it("never takes a lost server for the end", async () => {
    const victim = await startRedis({ release });
    await victim.call("EVAL", "for i = 1, 20000 do redis.call('SET', 'n:' .. i, i) end", "0");
    const source = await openSource({ kind: "redis", from: `redis://${victim.address}` });
    const reading = readSource(source, {
      onPage: async () => {
        await victim.kill();
      },
    });
    await expect(reading).rejects.toMatchObject({ kind: "unreached" });
    await expect(openSource({ kind: "redis", from: `redis://${victim.address}` })).rejects.toMatchObject({
      kind: "unreached",
    });
  });

  function open(block: Record<string, unknown>) {
    return openSource({ kind: "redis", from: `redis://${server.address}`, ...block });
  }

  async function read(block: Record<string, unknown>, options?: Parameters<typeof readSource>[1]) {
    return readSource(await open(block), options);
  }
});

describe("redis source on a cluster", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await startCluster();
    await Promise.all(Array.from({ length: 600 }, (_, n) => setOn(cluster.primaries, `n:${n}`, String(n))));
  });

  it("reads every primary, and from any of them what a report lists", async () => {
    const from = `redis+cluster://${cluster.nodes[0]?.address ?? ""}`;
    const { rows } = await readSource(await openSource({ kind: "redis", from, mode: "values" }));
    expect(new Set(rows.map(({ key, value }) => `${String(key)}=${String(value)}`)).size).toBe(600);
    const report = join(await temporaryDirectory(), "report.json");
    const listed = ["n:1", "n:2", "n:3", "n:4", "n:5"].map((key) => ({ key }));
    await writeFile(report, JSON.stringify({ sections: [{ id: "largest-keys", rows: listed }] }));
    const some = await readSource(await openSource({ kind: "bigkeys-report", from, report, mode: "values" }));
    expect(some.rows.map(({ key }) => key).sort()).toEqual(["n:1", "n:2", "n:3", "n:4", "n:5"]);
    expect(some.rejected).toEqual([]);
  });
});

/** Whoever does not own the key says so. */
async function setOn([first, ...rest]: readonly RedisServer[], key: string, value: string): Promise<void> {
  await first?.call("SET", key, value).catch(() => setOn(rest, key, value));
}

function byKey(rows: readonly SourceRow[]): Record<string, SourceRow> {
  return Object.fromEntries(rows.map((row) => [String(row["key"]), row]));
}
