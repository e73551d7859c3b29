import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { describe, expect, it, vi } from "vitest";
import {
  endEverything,
  memcachedReleases,
  releases,
  sane,
  startCluster,
  startMemcached,
  startRedis,
  startSentinelGroup,
  usingServers,
  waitUntil,
} from "../support/servers/index.js";
import { ports } from "../support/servers/registry.js";

usingServers();

/** Arguments for a process of its own that starts servers, says where, and waits to be killed. */
const startAndWait = [
  "--import",
  "tsx",
  "--input-type=module",
  "--eval",
  `const { startMemcached, startRedis } = await import("${new URL("../support/servers/index.ts", import.meta.url).href}");
   const servers = await Promise.all([startRedis(), startMemcached()]);
   console.log(JSON.stringify({ ports: servers.map(({ port }) => port), dirs: servers.map(({ dir }) => dir) }));
   setInterval(() => undefined, 60_000);`,
];

describe.concurrent.each(await releases())("$name", ({ name: release, product, version }) => {
  it("is the product and version that its name says", async ({ expect }) => {
    const server = await startRedis({ release });
    const info = String(await server.call("INFO", "server"));
    const field = product === "valkey" ? "valkey_version" : "redis_version";
    expect(new RegExp(`^${field}:(.*)`, "m").exec(info)?.[1]).toContain(version);
  });

  it("keeps the connection's answers in order, nested, null and as errors", async ({ expect }) => {
    const server = await startRedis({ release });
    const value = "ä".repeat(100_000);
    const replies = [
      server.call("SET", "k", value),
      server.call("GET", "k"),
      server.call("GET", "none"),
      server.call("EVAL", "return {1,{'a','b'},false}", "0"),
    ];
    expect(await Promise.all(replies)).toEqual(["OK", value, null, [1, ["a", "b"], null]]);
    await expect(server.call("LPUSH", "k", "x")).rejects.toMatchObject({ replyCode: "WRONGTYPE" });
  });

  it("logs in where the configuration sets a password", async ({ expect }) => {
    const server = await startRedis({ release, config: sane() });
    expect(await server.call("CONFIG", "GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
  });

  it("rewrites its configuration only when it was started from a file", async ({ expect }) => {
    const [withFile, without] = await Promise.all([
      startRedis({ release, configFile: true, config: { maxmemory: "50mb" } }),
      startRedis({ release }),
    ]);
    expect(await withFile.call("CONFIG", "REWRITE")).toBe("OK");
    await expect(without.call("CONFIG", "REWRITE")).rejects.toThrow("without a config file");
  });

  it("survives a stop, a crash and a freeze on the same port with the same data directory", async ({ expect }) => {
    const server = await startRedis({ release, config: { appendonly: "yes", appendfsync: "always" } });
    await server.call("SET", "k", "1");
    await server.restart();
    await server.call("INCR", "k");
    await server.kill();
    await expect(server.call("PING")).rejects.toThrow(/ECONNREFUSED|closed/);
    await server.start();
    expect(await server.call("GET", "k")).toBe("2");
    expect(await readdir(server.dir)).toContain("server.log");

    await server.freeze();
    const frozen = server.call("PING");
    const first = await Promise.race([frozen, new Promise((resolve) => setTimeout(() => resolve("silence"), 200))]);
    expect(first).toBe("silence");
    await server.thaw();
    expect(await frozen).toBe("PONG");
  });

  it("says why it did not start", async ({ expect }) => {
    await expect(startRedis({ release, args: ["--maxmemory", "much"] })).rejects.toThrow(/ended at once[^]*maxmemory/);
  });

  it("forms a cluster", async ({ expect }) => {
    const { nodes, replicas, primaries } = await startCluster({ release, config: { requirepass: "p" } });
    expect([nodes.length, primaries.length, replicas.length]).toEqual([6, 3, 3]);
    for (const node of nodes) expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_state:ok");
    for (const replica of replicas)
      expect(String(await replica.call("INFO", "replication"))).toContain("master_link_status:up");
  });

  it("forms a sentinel group that fails over", { timeout: 150_000 }, async ({ expect }) => {
    const { sentinels, primary, replicas, masterName } = await startSentinelGroup({ release });
    expect([sentinels.length, replicas.length]).toEqual([3, 1]);
    const address = () => sentinels[0]?.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName);
    expect(await address()).toEqual([primary.host, String(primary.port)]);
    expect(await sentinels[1]?.call("SENTINEL", "CKQUORUM", masterName)).toMatch(/^OK 3 usable Sentinels/);
    expect(await sentinels[0]?.call("SENTINEL", "FAILOVER", masterName)).toBe("OK");
    const promoted = async () => String((await replicas[0]?.call("ROLE")) ?? "").startsWith("master");
    // A sentinel that stood still is in TILT for half a minute.
    await waitUntil(promoted, { what: "the replica is promoted", timeoutMs: 90_000 });
  });
});

describe.concurrent.each(await memcachedReleases())("$name", ({ name: release, version }) => {
  it("answers in the text protocol, also where a value looks like an answer", async ({ expect }) => {
    const server = await startMemcached({ release, args: ["-m", "8"] });
    expect(await server.send("version")).toContain(`VERSION ${version}`);
    expect(await server.send("set k 0 0 5\r\nEND\r\n")).toBe("STORED");
    expect(await server.send("get k nothing")).toBe("VALUE k 0 5\r\nEND\r\n\r\nEND");
    expect(await server.send("stats settings")).toContain(`STAT maxbytes ${8 * 2 ** 20}`);
    expect(await server.send("nonsense")).toBe("ERROR");
  });

  it("survives a crash and a freeze", async ({ expect }) => {
    const server = await startMemcached({ release });
    await server.kill();
    await expect(server.send("version")).rejects.toThrow(/ECONNREFUSED|closed/);
    await server.restart();
    await server.freeze();
    const frozen = server.send("version");
    await server.thaw();
    expect(await frozen).toContain("VERSION");
  });

  it("says why it did not start", async ({ expect }) => {
    await expect(startMemcached({ release, args: ["-m", "0", "--no-such"] })).rejects.toThrow(/ended at once/);
  });
});

describe("a port that somebody else took in the meantime", () => {
  it.each([false, true])("is given up for another one (cluster mode: %s)", async (clusterMode) => {
    const config: Record<string, string> = clusterMode ? { "cluster-enabled": "yes" } : {};
    const first = await startRedis({ config });
    vi.spyOn(ports, "take").mockResolvedValueOnce(first.port);
    const second = await startRedis({ config });
    expect(second.port).not.toBe(first.port);
    expect(await second.call("PING")).toBe("PONG");
  });
});

describe("a signal for a server that has ended", () => {
  it("goes nowhere", async () => {
    const server = await startRedis();
    await server.kill();
    await server.thaw();
    await expect(server.call("PING")).rejects.toThrow(/ECONNREFUSED|closed/);
  });
});

describe("what a test leaves behind", () => {
  it("keeps the directory of a stopped server for the test to look at", async () => {
    const server = await startRedis();
    await server.stop();
    expect(existsSync(server.dir)).toBe(true);
  });

  it("goes at the end of the file", { timeout: 180_000 }, async () => {
    const servers = [await startRedis(), await startMemcached()];
    await endEverything();
    for (const server of servers) {
      expect(existsSync(server.dir)).toBe(false);
      expect(await answers(server.port)).toBe(false);
    }
  });

  it("is nothing where the mode is unknown: that is an error, not a skip", () => {
    const env = { ...process.env, CACHECTL_TEST_SERVERS: "magic" };
    const { status, stderr } = spawnSync(process.execPath, startAndWait, { env, encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("CACHECTL_TEST_SERVERS=magic is none of containers, binaries, auto");
  });

  it("goes when the test process is killed", async () => {
    const child = spawn(process.execPath, startAndWait, { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const started = JSON.parse(chunk.toString()) as { ports: number[]; dirs: string[] };
    expect(await Promise.all(started.ports.map(answers))).toEqual([true, true]);
    child.kill("SIGKILL");
    const allGone = async () =>
      !(await Promise.all(started.ports.map(answers))).some(Boolean) && !started.dirs.some((dir) => existsSync(dir));
    await waitUntil(allGone, { what: "the guardian has ended everything", timeoutMs: 30_000 });
  });
});

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
