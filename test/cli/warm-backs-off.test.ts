import { describe, expect, it } from "vitest";
import { allowStall, stall, writeKeys } from "../support/client-load.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended, keyCount, underWay } from "../support/warm-under-way.js";

usingServers();

const urlOf = (server: RedisServer) => `redis://${server.address}`;

async function infoNumber(server: RedisServer, section: string, field: string): Promise<number> {
  const found = new RegExp(`^${field}:(\\d+)`, "m").exec(String(await server.call("INFO", section)));
  return Number(found?.[1] ?? Number.NaN);
}

describe("a run backs off", () => {
  it("while other commands are delayed, and says how often", async () => {
    const [newest] = (await releases()).slice(-1);
    const server = await startRedis({ config: allowStall(newest?.version ?? ""), release: newest?.name ?? "" });
    const { manifest } = await warmFiles(users(12_000), userMap);
    const pace = ["--rate", "3k", "--max-latency", "25ms"];
    const run = await underWay([manifest, "-p", urlOf(server)], [server], { pace });
    let over = false;
    void run.ended.then(() => (over = true));
    const hasEnded = () => over;
    while (!hasEnded()) await stall(server, 300);
    const { code, report } = await ended(run);
    expect([code, figure(report, "items written")]).toEqual([0, 12_000]);
    expect(report.notes.join(" ")).toMatch(/Slowed down \d+ times? because other commands were delayed/);
    expect(figure(report, "seconds paused")).toBeGreaterThan(0);
    expect(await keyCount(server)).toBe(12_000);
  });

  it("from a cache that evicts: it stops at its mark, and nothing was pushed out", async () => {
    const server = await startRedis({ config: { maxmemory: "12mb", "maxmemory-policy": "allkeys-lru" } });
    await writeKeys(server, "app:", 5_000, 100);
    const { manifest } = await warmFiles(users(100_000), userMap);
    const run = await runWarm([manifest, "-p", urlOf(server), "--max-memory", "80%"]);
    expect(run.code).toBe(4);
    expect(run.report.summary).toMatch(
      /uses \d+ % of its maxmemory, and --max-memory is 80 %|left until 80 % of its maxmemory/,
    );
    expect(await infoNumber(server, "stats", "evicted_keys")).toBe(0);
    expect(await keyCount(server)).toBe(5_000 + figure(run.report, "items written"));
    const usedBytes = await infoNumber(server, "memory", "used_memory");
    expect(usedBytes).toBeLessThan(0.9 * 12 * 1_048_576);
    // Not long before its mark either.
    expect(usedBytes).toBeGreaterThan(0.7 * 12 * 1_048_576);
  });

  it("when it is what makes the cache evict, also where it was allowed to fill it", async () => {
    const server = await startRedis({ config: { maxmemory: "8mb", "maxmemory-policy": "allkeys-lru" } });
    const { manifest } = await warmFiles(users(400_000), userMap);
    // A lock may be among what is evicted, and would be counted.
    const run = await runWarm([manifest, "-p", urlOf(server), "--max-memory", "100%", "--no-lock"]);
    expect(run.code).toBe(4);
    expect(run.report.summary).toMatch(/keeps evicting keys while it is warmed|of its maxmemory/);
    // What it has pushed out is a small part of what there is.
    const evicted = await infoNumber(server, "stats", "evicted_keys");
    expect(await keyCount(server)).toBe(figure(run.report, "items written") - evicted);
    expect(figure(run.report, "items written")).toBeLessThan(100_000);
  });
});
