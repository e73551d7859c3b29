import { describe, expect, it } from "vitest";
import { startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended, itemCount, keyCount, underWay } from "../support/warm-under-way.js";

usingServers();

const urlOf = (server: RedisServer) => `redis://${server.address}`;

/** Between the writing of two items that got the same TTL, by the server's own clock. */
async function writtenApartMs(server: RedisServer, first: string, last: string): Promise<number> {
  const both = "return { redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]) }";
  const [a, b] = (await server.call("EVAL", both, "2", first, last)) as number[];
  return (b ?? Number.NaN) - (a ?? Number.NaN);
}

describe("a cap", () => {
  it("on items a second holds", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(2_000), userMap);
    const run = await runWarm([manifest, "-p", urlOf(server), "--rate", "1000"]);
    expect([run.code, figure(run.report, "items written")]).toEqual([0, 2_000]);
    // All but what may be under way when the server carries out the first: three tenths of a second's.
    expect(await writtenApartMs(server, "user:0", "user:1999")).toBeGreaterThanOrEqual(1_650);
  });

  it("on bytes of keys and values a second holds", async () => {
    const server = await startRedis();
    const rows = users(5_000);
    const { manifest } = await warmFiles(rows, userMap);
    const bytes = rows.reduce((sum, row) => sum + `user:${row.id}`.length + JSON.stringify(row).length, 0);
    const run = await runWarm([manifest, "-p", urlOf(server), "--byte-rate", String(Math.round(bytes / 2))]);
    expect([run.code, figure(run.report, "items written")]).toEqual([0, 5_000]);
    // All but what may be under way when the server carries out the first: three pages of 64 kB and a little.
    const heldBackMs = 2_000 * (1 - (3 * 75_000) / bytes);
    expect(await writtenApartMs(server, "user:0", "user:4999")).toBeGreaterThanOrEqual(heldBackMs);
  });
});

describe("a deadline", () => {
  it("stops the run with what was acknowledged, and --resume does the rest", async () => {
    const server = await startRedis();
    const { manifest, checkpoint } = await warmFiles(users(20_000), userMap);
    const args = [manifest, "-p", urlOf(server), "--checkpoint", checkpoint];
    const first = await runWarm([...args, "--rate", "1k", "--deadline", "4s"]);
    expect(first.code).toBe(4);
    expect(first.report.summary).toContain("the deadline has come");
    expect(first.report.change?.goOn).toEqual([
      `cachectl warm -p ${urlOf(server)} ${manifest} --resume --checkpoint ${checkpoint} --rate 1000`,
    ]);
    expect(await keyCount(server)).toBe(figure(first.report, "items written"));
    const written = figure(first.report, "items written");
    expect(written).toBeLessThan(20_000);
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.code).toBe(0);
    // What it repeats at most: the pages of 64 kB that were under way.
    const again = figure(rest.report, "rows read") - (20_000 - written);
    expect(again >= 0 && again <= 3 * 1_000, `${again}`).toBe(true);
    expect(await keyCount(server)).toBe(20_000);
  });

  it("comes also where the server has stopped answering, and nothing is claimed of what was under way", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(20_000), userMap);
    const run = await underWay([manifest, "-p", urlOf(server), "--deadline", "4s"], [server], {
      pace: ["--rate", "1k"],
    });
    await server.freeze();
    const { code, report } = await ended(run);
    await server.thaw();
    expect(code).toBe(4);
    expect(report.summary).toContain("the deadline has come");
    const there = await itemCount(server);
    expect(there).toBeGreaterThanOrEqual(figure(report, "items written"));
    expect(there).toBeLessThanOrEqual(figure(report, "items written") + figure(report, "of unknown fate"));
  });
});
