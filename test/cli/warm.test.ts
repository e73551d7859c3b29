import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.js";
import { releases, startCluster, startRedis, usingServers } from "../support/servers/index.js";
import { figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";

usingServers();

const all = await releases();

describe.each(all)("warm on $name", ({ name: release }) => {
  it("writes every row of a file with its TTL, and says so in one line", async () => {
    const server = await startRedis({ release });
    const { manifest } = await warmFiles(users(5_000), [...userMap, "ttlJitter: 10%"]);
    const run = await runCli(["warm", manifest, "-p", `redis://${server.address}`]);
    expect(run.code).toBe(0);
    expect(run.stdout.trim().split("\n")).toHaveLength(1);
    expect(run.stdout).toContain("wrote 5,000 of 5,000 rows");
    expect(await server.call("DBSIZE")).toBe(5_000);
    expect(JSON.parse(String(await server.call("GET", "user:4999")))).toEqual(users(5_000)[4_999]);
    const ttls = await Promise.all([1, 2, 3].map((id) => server.call("PTTL", `user:${id}`)));
    for (const ttl of ttls) expect(Number(ttl)).toBeGreaterThan(0.9 * 3_600_000 - 60_000);
    expect(new Set(ttls.map((ttl) => Math.round(Number(ttl) / 60_000))).size).toBeGreaterThan(1);
  });

  it("writes hashes, sets, lists and sorted sets whole, with their TTL", async () => {
    const server = await startRedis({ release });
    const row = { id: 1, fields: { a: "x", n: 5 }, members: ["p", "q"], scores: { one: 1, two: 2.5 } };
    const types = { hash: "fields", set: "members", list: "members", zset: "scores" };
    for (const [type, value] of Object.entries(types)) {
      const { manifest } = await warmFiles(
        [row],
        [`key: "${type}:{id}"`, `type: ${type}`, `value: ${value}`, "ttl: 1h"],
      );
      // Twice: a list must not grow.
      for (let i = 0; i < 2; i++) expect((await runWarm([manifest, "-p", `redis://${server.address}`])).code).toBe(0);
      expect(Number(await server.call("PTTL", `${type}:1`))).toBeGreaterThan(0);
    }
    expect(await server.call("HGETALL", "hash:1")).toEqual(["a", "x", "n", "5"]);
    expect(((await server.call("SMEMBERS", "set:1")) as string[]).sort()).toEqual(["p", "q"]);
    expect(await server.call("LRANGE", "list:1", "0", "-1")).toEqual(["p", "q"]);
    expect(await server.call("ZRANGE", "zset:1", "0", "-1", "WITHSCORES")).toEqual(["one", "1", "two", "2.5"]);
  });
});

describe("what is there already", () => {
  it("is left alone with --only-missing, and written anew below --refresh-below", async () => {
    const server = await startRedis();
    await server.call("SET", "user:1", "mine", "PX", "500000");
    await server.call("SET", "user:2", "for ever");
    const { manifest } = await warmFiles(users(10), userMap);
    const target = ["-p", `redis://${server.address}`];
    const missing = await runWarm([manifest, ...target, "--only-missing"]);
    expect([figure(missing.report, "items written"), figure(missing.report, "there already")]).toEqual([8, 2]);
    expect(await server.call("GET", "user:1")).toBe("mine");
    const refresh = await runWarm([manifest, ...target, "--refresh-below", "30m"]);
    expect([figure(refresh.report, "items written"), figure(refresh.report, "there already")]).toEqual([1, 9]);
    expect(await server.call("GET", "user:1")).toContain("user 1");
    expect(await server.call("GET", "user:2")).toBe("for ever");
  });
});

describe("tags, rejects and compression", () => {
  it("puts keys into the sets of their tags, also in a cluster where those lie elsewhere", async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const rows = users(300).map((user) => ({ ...user, team: user.id % 3 }));
    const { manifest } = await warmFiles(rows, [...userMap, 'tags: ["team-{team}"]']);
    const run = await runWarm([manifest, "-p", `redis+cluster://${primaries[0]?.address ?? ""}`]);
    expect(run.code).toBe(0);
    expect(figure(run.report, "items written")).toBe(300);
    const sizes = await Promise.all(primaries.map((node) => node.call("DBSIZE")));
    // The lock is gone again.
    expect(sizes.reduce<number>((sum, size) => sum + Number(size), 0)).toBe(303);
    const counts = await Promise.all(primaries.map((node) => node.call("SCARD", "tag:team-0").catch(() => null)));
    expect(counts).toContain(100);
  });

  it("writes bad rows down with line and reason, and stops at --max-errors", async () => {
    const server = await startRedis();
    const { manifest, data, path } = await warmFiles([], userMap);
    await writeFile(data, '{"id":1}\nnot json\n\n{"name":"no id"}\n[1]\n{"id":2}\n');
    const args = [manifest, "-p", `redis://${server.address}`, "--rejects", path("bad")];
    const run = await runWarm(args);
    expect(run.code).toBe(0);
    expect(figure(run.report, "items written")).toBe(2);
    const rejected = (await readFile(path("bad"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(rejected).toMatchObject([
      { place: "rows.ndjson line 2", reason: expect.stringContaining("not JSON") as string },
      { place: "rows.ndjson line 5", reason: "not a JSON object" },
      { place: "rows.ndjson line 4", reason: "the key: field id is missing" },
    ]);
    const stopped = await runWarm([...args, "--max-errors", "2"]);
    expect(stopped.code).toBe(4);
    expect(stopped.report.summary).toContain("more than --max-errors allows");
  });

  it("compresses above the threshold, with gzip's own first bytes as the mark", async () => {
    const server = await startRedis();
    const map = [...userMap, "compress: { codec: gzip, above: 60 }"];
    const { manifest } = await warmFiles([{ id: 1, name: "a".repeat(500) }, { id: 2 }], map);
    expect((await runWarm([manifest, "-p", `redis://${server.address}`])).code).toBe(0);
    expect(Number(await server.call("STRLEN", "user:1"))).toBeLessThan(100);
    expect(await server.call("GET", "user:2")).toBe('{"id":2}');
  });

  it("refuses a truncated .gz instead of taking it for the end", async () => {
    const server = await startRedis();
    const { manifest, path } = await warmFiles([], userMap, "{ kind: file, path: rows.ndjson.gz }");
    const whole = gzipSync(
      users(20_000)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(""),
    );
    await writeFile(path("rows.ndjson.gz"), whole.subarray(0, whole.length >> 1));
    const run = await runWarm([manifest, "-p", `redis://${server.address}`]);
    expect(run.code).toBe(4);
    expect(run.report.change?.failed[0]?.reason).toContain("unexpected end of file");
    expect(await server.call("DBSIZE")).toBe(figure(run.report, "items written"));
  });
});

describe("a manifest", () => {
  it("is refused with all of its problems, a line each, and nothing is written", async () => {
    const { manifest, path } = await warmFiles([], ['key: "user:{id"', "typ: hash", "ttl: soon", "ttlJitter: 200%"]);
    const run = await runCli(["warm", manifest], { cwd: path("") });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("4 problems in warm.yaml");
    expect(run.stderr).toContain("unknown field `typ` (did you mean `type`?)");
  });
});
