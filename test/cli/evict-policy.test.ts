import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { setting } from "../support/eviction-load.js";
import { runCli, type CliRun } from "../support/run-cli.js";
import {
  memcachedReleases,
  releases,
  startCluster,
  startMemcached,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../support/servers/index.js";
import { atTerminal } from "./at-terminal.js";
import { directoryWith } from "./profile-directory.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const deadline = 60_000;
const quick = ["--yes", "--observe", "0"];
const tooOld = (await releases()).filter(({ name }) => name === "redis-6.0");

function reportOf(run: CliRun): Report {
  expect(run.stdout, run.stderr).toMatch(/^\{/);
  return JSON.parse(run.stdout) as Report;
}

function rowsOf(report: Report, id: string) {
  const section = report.sections.find((one) => one.id === id);
  return section?.kind === "table" ? section.rows : [];
}

describe("what evict-policy set refuses", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ release: "redis-8.0" });
  });

  it.each([
    [["allkeys-lfuu"], "did you mean `allkeys-lfu`"],
    [["allkeys-lrm"], "Redis 8.6 brought it"],
    [["volatile-lrm"], "has no volatile-lrm"],
    [["--samples", "65"], "1 to 64"],
    [["--samples", "0"], "1 to 64"],
    [["--tenacity", "101"], "0 to 100"],
    [["--lfu-decay-time", "-1"], "0 to 2147483647"],
    [["--lfu-log-factor", "x"], "lfu-log-factor cannot be x"],
    [["--maxmemory", "100kb"], "is below the"],
    [["--maxmemory", "lots"], "Write a size"],
    [["--lru-mode", "flat"], "is of Memcached"],
    [[], "no setting was named"],
  ])("%j, with the reason, before any node is changed", { timeout: deadline }, async (words, reason) => {
    const run = await runCli(["evict-policy", "set", ...words, "-p", server.address, ...quick]);
    expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(reason) as string });
    expect(await setting(server, "maxmemory-policy")).toBe("noeviction");
    expect(await setting(server, "maxmemory")).toBe("0");
  });

  it.each(tooOld)("tenacity on $name, which is too old for it", { timeout: deadline }, async ({ name: release }) => {
    const old = await startRedis({ release });
    const tenacity = await runCli(["evict-policy", "set", "--tenacity", "20", "-p", old.address, ...quick]);
    expect(tenacity).toMatchObject({ code: 2, stderr: expect.stringContaining("Redis 6.2 brought it") as string });
  });

  it("a policy on Memcached, and shares that are none", { timeout: deadline }, async () => {
    const memcached = await startMemcached();
    const url = `memcached://${memcached.host}:${memcached.port}`;
    const policy = await runCli(["evict-policy", "set", "allkeys-lru", "-p", url, ...quick]);
    expect(policy).toMatchObject({ code: 2, stderr: expect.stringContaining("Memcached has no") as string });
    const tune = await runCli(["evict-policy", "set", "--lru-tune", "60,60,1,1", "-p", url, ...quick]);
    expect(tune).toMatchObject({ code: 2, stderr: expect.stringContaining("at most 80 together") as string });
  });

  it("a change that nobody confirmed, having shown its plan", { timeout: deadline }, async () => {
    const run = await runCli(["evict-policy", "set", "allkeys-lru", "-p", server.address, "--observe", "0"]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("BEFORE THE CHANGE") as string });
    expect(run.stderr).toContain("--yes");
    expect(await setting(server, "maxmemory-policy")).toBe("noeviction");
  });
});

describe.each(["redis-6.0", "redis-7.0", "valkey-9.1"])("a refused CONFIG on %s", (release) => {
  it("is told apart by ACL and renamed command, and get still shows the policy", { timeout: deadline }, async () => {
    const [limited, renamed] = await Promise.all([
      startRedis({ release }),
      startRedis({ release, config: { "maxmemory-policy": "volatile-ttl" }, args: ["--rename-command", "CONFIG", ""] }),
    ]);
    await limited.call("ACL", "SETUSER", "default", "-config");
    const acl = await runCli(["evict-policy", "set", "allkeys-lru", "-p", limited.address, ...quick]);
    expect(acl).toMatchObject({ code: 2, stderr: expect.stringContaining("ACL does not allow it (NOPERM") as string });
    expect(acl.stderr).toContain("+config|set");
    const gone = await runCli(["evict-policy", "set", "allkeys-lru", "-p", renamed.address, ...quick]);
    expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining("renamed with rename-command") as string });
    const seen = reportOf(await runCli(["evict-policy", "get", renamed.address, "--sample", "0", "--json"]));
    expect(rowsOf(seen, "eviction-settings")).toMatchObject([{ policy: "volatile-ttl", samples: null }]);
    expect({ status: seen.status, notes: seen.notes.join() }).toMatchObject({
      status: "partial",
      notes: expect.stringContaining("only what INFO tells") as string,
    });
  });
});

describe("evict-policy on a cluster of six", () => {
  let cluster: TestCluster;
  const url = () => `redis+cluster://${cluster.nodes[0]?.address ?? ""}`;
  const policies = () => Promise.all(cluster.nodes.map((node) => setting(node, "maxmemory-policy")));
  const refuser = () => {
    const [, , node] = cluster.primaries;
    if (node === undefined) throw new Error("a node is missing");
    return node;
  };

  beforeAll(async () => {
    cluster = await startCluster({ release: "redis-7.0", configFile: true });
  }, 120_000);

  it("sets every node, replicas too, and rolls back to exactly what was", { timeout: deadline }, async () => {
    await cluster.primaries[0]?.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
    const before = await policies();
    const drift = reportOf(await runCli(["evict-policy", "get", url(), "--sample", "0", "--json"]));
    expect(rowsOf(drift, "drift").map(({ value, count }) => [value, count])).toEqual([
      ["noeviction", 5],
      ["volatile-lru", 1],
    ]);
    const set = await runCli(["evict-policy", "set", "allkeys-lfu", "--samples", "7", "-p", url(), ...quick, "--json"]);
    expect(set.code, set.stderr).toBe(0);
    expect(reportOf(set).change).toMatchObject({ complete: true, done: { length: 6 }, failed: [], goOn: [] });
    expect(await policies()).toEqual(Array.from({ length: 6 }, () => "allkeys-lfu"));
    expect(await readFile(join(refuser().dir, "server.conf"), "utf8")).toContain("maxmemory-policy allkeys-lfu");
    const back = await runCli(["evict-policy", "rollback", "-p", url(), "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    expect(await policies()).toEqual(before);
    expect(await setting(refuser(), "maxmemory-samples")).toBe("5");
    const twice = await runCli(["evict-policy", "rollback", "-p", url(), "--yes"]);
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining("put back already") as string });
  });

  it(
    "is refused whole where one node refuses beforehand; --keep-going sets the rest",
    { timeout: deadline },
    async () => {
      const before = await policies();
      await refuser().call("ACL", "SETUSER", "default", "-config|set");
      try {
        const run = await runCli(["evict-policy", "set", "allkeys-lru", "-p", url(), ...quick]);
        expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining(refuser().address) as string });
        expect(await policies()).toEqual(before);
        const rest = await runCli([
          "evict-policy",
          "set",
          "allkeys-lru",
          "-p",
          url(),
          ...quick,
          "--keep-going",
          "--json",
        ]);
        expect(rest.code, rest.stderr).toBe(4);
        expect(reportOf(rest).change).toMatchObject({ complete: false, done: { length: 5 }, failed: { length: 1 } });
        expect((await policies()).filter((policy) => policy === "allkeys-lru")).toHaveLength(5);
      } finally {
        await refuser().call("ACL", "SETUSER", "default", "+@all");
      }
      expect((await runCli(["evict-policy", "rollback", "-p", url(), "--yes"])).code).toBe(0);
      expect(await policies()).toEqual(before);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "is rolled back whole when a node refuses midway",
    { timeout: deadline },
    async () => {
      const before = await policies();
      const run = await atTerminal(["evict-policy", "set", "allkeys-lru", "-p", url(), "--observe", "0"], {
        answer: "y",
        meanwhile: () => refuser().call("ACL", "SETUSER", "default", "-config|set"),
      });
      await refuser().call("ACL", "SETUSER", "default", "+@all");
      expect(run.code, run.shown).toBe(4);
      expect(run.shown.replaceAll(/\s+/g, " ")).toMatch(/the \d changed before it were put back\./);
      expect(run.shown).toContain("NOPERM");
      expect(await policies()).toEqual(before);
    },
  );

  it("does not roll back what somebody else has changed since", { timeout: deadline }, async () => {
    expect((await runCli(["evict-policy", "set", "allkeys-random", "-p", url(), ...quick])).code).toBe(0);
    await refuser().call("CONFIG", "SET", "maxmemory-policy", "volatile-random");
    const run = await runCli(["evict-policy", "rollback", "-p", url(), "--yes"]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("somebody else changed it") as string });
    expect((await policies()).filter((policy) => policy === "allkeys-random")).toHaveLength(5);
  });

  it("is refused while a node does not answer", { timeout: deadline }, async () => {
    await cluster.replicas[0]?.freeze();
    const words = ["-p", url(), "--timeout", "5s", ...quick];
    const run = await runCli(["evict-policy", "set", "allkeys-lru", ...words]);
    expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining("--keep-going") as string });
  });
});

it("ends its watch with the first signal, and says how to go back", { timeout: deadline }, async () => {
  const server = await startRedis();
  const journal = join(await directoryWith(), "run.jsonl");
  const words = ["allkeys-lru", "-p", server.address, "--yes", "--observe", "10m", "--journal", journal, "--json"];
  const running = spawnCli(["evict-policy", "set", ...words]);
  await waitUntil(async () => (await setting(server, "maxmemory-policy")) === "allkeys-lru", {
    what: "it is set",
    timeoutMs: 40_000,
  });
  running.child.kill("SIGINT");
  expect(await running.ended).toEqual({ code: 130, signal: null });
  const report = JSON.parse(running.stdout()) as Report;
  expect(report).toMatchObject({ interrupted: true, change: { complete: true } });
  expect(report.notes.join()).toContain(`cachectl evict-policy rollback -p ${server.address} --journal ${journal}`);
  const back = await runCli(["evict-policy", "rollback", "-p", server.address, "--journal", journal, "--yes"]);
  expect(back.code, back.stderr).toBe(0);
  expect(await setting(server, "maxmemory-policy")).toBe("noeviction");
});

describe.each(await memcachedReleases())("evict-policy on $name", ({ name }) => {
  it("sets, verifies and rolls back its settings", { timeout: deadline }, async () => {
    const server = await startMemcached({ release: name });
    const url = `memcached://${server.host}:${server.port}`;
    const before = await server.send("stats settings");
    const words = "--lru-mode flat --lru-tune 10,30,0.1,1.5 --temp-ttl 30 --slabs-automove 0 --lru-crawler off".split(
      " ",
    );
    const set = await runCli(["evict-policy", "set", ...words, "-p", url, ...quick]);
    expect(set.code, set.stderr).toBe(0);
    const after = await server.send("stats settings");
    for (const line of ["lru_segmented no", "hot_lru_pct 10", "warm_max_factor 1.50", "temporary_ttl 30"])
      expect(after).toContain(`STAT ${line}\r\n`);
    for (const line of ["slab_automove 0", "lru_crawler no"]) expect(after).toContain(`STAT ${line}\r\n`);
    expect((await runCli(["evict-policy", "rollback", "-p", url, "--yes"])).code).toBe(0);
    const stable = (text: string) => text.replace(/temporary_ttl \S+/, "");
    expect(stable(await server.send("stats settings"))).toBe(stable(before));
  });
});
