import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const timeoutMs = 20_000;

describe.each(await releases())("$name", ({ name: release }) => {
  it("reports rdb-failed while the RDB file cannot be put in its place, until its own command has saved", async () => {
    const server = await startRedis({ release, config: { save: "3600 1" } });
    // A directory of that name stops any user, root too, and any release.
    const obstacle = join(server.dir, "dump.rdb");
    await mkdir(obstacle);
    await server.call("SET", "k", "1");
    await server.call("BGSAVE");
    await untilPersistence(server, /rdb_last_bgsave_status:err/);
    await expect(server.call("SET", "k", "2")).rejects.toThrow("MISCONF");
    const finding = await findingOf(server, "rdb-failed");
    expect(finding).toMatchObject({ priority: "critical", nodes: [server.address] });
    expect(measured(finding)).toMatchObject({ rdb_last_bgsave_status: "err", dir: server.dir });

    await rmdir(obstacle);
    await carryOut(finding);
    await untilPersistence(server, /rdb_bgsave_in_progress:0/);
    expect(await server.call("SET", "k", "2")).toBe("OK");
    expect(await outcomeOf(server, "rdb-failed")).toBe("healthy");
  });
});

describe("save points that are not reached", () => {
  it("reports rdb-stale while changes wait for their save, until its own command has saved", async () => {
    // One second instead of 48 hours.
    const options = { identity: { thresholds: { "rdb-stale": { hours: 1 / 3_600 } } } };
    const server = await startRedis({ config: { save: "3600 1000" } });
    const startedAt = Date.now();
    await server.call("SET", "k", "1");
    await waitUntil(() => Date.now() > startedAt + 2_000, { what: "the last save is old", timeoutMs });
    const finding = await findingOf(server, "rdb-stale", options);
    expect(finding).toMatchObject({ priority: "high", nodes: [server.address] });
    expect(measured(finding)).toMatchObject({ rdb_changes_since_last_save: 1, save: "3600 1000" });

    await carryOut(finding);
    await untilPersistence(server, /rdb_changes_since_last_save:0/);
    expect(await outcomeOf(server, "rdb-stale", options)).toBe("healthy");
  });
});

describe("an append-only file", () => {
  it("reports aof-failed when a rewrite cannot be put in its place, until its own command has rewritten it", async () => {
    const server = await startRedis({ config: { appendonly: "yes" } });
    const obstacle = join(server.dir, "appendonlydir", "appendonly.aof.2.base.rdb");
    await mkdir(obstacle);
    await server.call("BGREWRITEAOF");
    await untilPersistence(server, /aof_last_bgrewrite_status:err/);
    const finding = await findingOf(server, "aof-failed");
    expect(finding).toMatchObject({ priority: "critical", nodes: [server.address] });
    expect(measured(finding)["aof_last_bgrewrite_status"]).toBe("err");

    await rmdir(obstacle);
    await carryOut(finding);
    await untilPersistence(server, /aof_rewrite_in_progress:0/);
    expect(await outcomeOf(server, "aof-failed")).toBe("healthy");
  });
});

describe("a restart with data", () => {
  it("reports loading, and only that, until the dataset is read", async () => {
    // Slow enough to be seen: 50 ms a key, and the server answers after every KiB it has read.
    const config = { "key-load-delay": "50000", "loading-process-events-interval-bytes": "1024" };
    const server = await startRedis({ config });
    for (let i = 0; i < 400; i++) await server.call("SET", `k${i}`, "x".repeat(2_000) + String(i));
    await server.call("CONFIG", "SET", "rdbcompression", "no");
    await server.call("SAVE");
    await server.stop();
    const restarted = server.start();
    await untilPersistence(server, /loading:1/);
    const finding = await findingOf(server, "loading");
    expect(finding).toMatchObject({ priority: "high", nodes: [server.address] });
    expect(measured(finding)).toMatchObject({ loading: 1 });
    expect(measured(finding)["loading_loaded_perc"]).toBeTypeOf("number");
    expect(await outcomeOf(server, "node-unreachable")).toBe("healthy");

    await server.call("CONFIG", "SET", "key-load-delay", "0");
    await restarted;
    expect(await outcomeOf(server, "loading")).toBe("healthy");
    expect(await server.call("DBSIZE")).toBe(400);
  });
});

async function untilPersistence(server: RedisServer, pattern: RegExp): Promise<void> {
  const holds = async () => pattern.test(String(await server.call("INFO", "persistence")));
  await waitUntil(holds, { what: `${server.address} shows ${pattern.source}`, timeoutMs });
}
