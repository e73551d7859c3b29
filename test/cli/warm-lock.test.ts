import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startRedis, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";
import { calm, figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended, itemCount, keyCount, underWay } from "../support/warm-under-way.js";

usingServers();

const lock = "cachectl:warm-lock:warm";
const urlOf = (server: RedisServer) => `redis://${server.address}`;

describe("the lock, in the middle of a run", () => {
  it("is another's all of a sudden: the run stops, writes no more, leaves the other's lock, and says so", async () => {
    const server = await startRedis();
    const { manifest, checkpoint } = await warmFiles(users(60_000), userMap);
    const args = [manifest, "-p", urlOf(server), "--lock-timeout", "9s", "--checkpoint", checkpoint];
    // Some pages of it are done and noted by then.
    const run = await underWay(args, [server], { keys: 3_000 });
    await server.call("SET", lock, "another host", "PX", "600000");
    const { code, report } = await ended(run);
    expect(code).toBe(4);
    expect(report.summary).toContain("the lock was lost");
    expect(report.change?.complete).toBe(false);
    const there = await itemCount(server);
    expect(there).toBe(figure(report, "items written"));
    expect(there).toBeLessThan(60_000);
    expect(await server.call("GET", lock)).toBe("another host");
    const kept = await runWarm([...args, "--resume"]);
    expect([kept.code, kept.report.summary]).toEqual([
      0,
      expect.stringContaining("another run is warming it: another host"),
    ]);
    await server.call("DEL", lock);
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.code).toBe(0);
    expect(figure(rest.report, "rows read")).toBeLessThan(60_000);
    expect(await keyCount(server)).toBe(60_000);
  });

  it("is deleted: the run takes it anew before anybody else has it, and goes on", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(15_000), userMap);
    const run = await underWay([manifest, "-p", urlOf(server), "--lock-timeout", "9s"], [server], {
      pace: [...calm, "--rate", "2k"],
    });
    const mine = await server.call("GET", lock);
    expect(await server.call("DEL", lock)).toBe(1);
    await waitUntil(async () => (await server.call("GET", lock)) === mine, {
      what: "it is taken anew",
      timeoutMs: 20_000,
    });
    const { code, report } = await ended(run);
    expect([code, figure(report, "items written")]).toEqual([0, 15_000]);
    expect(await keyCount(server)).toBe(15_000);
  });

  it("runs out while the process stands still, and another run has it: the sleeper writes nothing when it wakes", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(30_000), userMap);
    const args = [manifest, "-p", urlOf(server), "--lock-timeout", "2s"];
    const sleeper = await underWay(args, [server]);
    sleeper.child.kill("SIGSTOP");
    await waitUntil(async () => (await server.call("EXISTS", lock)) === 0, {
      what: "its lock runs out",
      timeoutMs: 30_000,
    });
    const other = await runWarm([manifest, "-p", urlOf(server)]);
    expect(other.report.summary).toContain("wrote 30,000 of 30,000");
    await server.call("FLUSHALL");
    await server.call("SET", lock, "a third host", "PX", "600000");
    sleeper.child.kill("SIGCONT");
    const { code, report } = await ended(sleeper);
    expect(code).toBe(4);
    expect(report.summary).toContain("the lock was lost");
    // A page that was on its way already when it fell asleep.
    expect(await itemCount(server)).toBeLessThanOrEqual(900);
    expect(await server.call("GET", lock)).toBe("a third host");
  });
});

describe("a source that has changed since the checkpoint", () => {
  it("is read from its beginning by --resume, which says so, and nothing of it is missing", async () => {
    const server = await startRedis();
    const { manifest, data, checkpoint } = await warmFiles(users(20_000), userMap);
    const args = [manifest, "-p", urlOf(server), "--checkpoint", checkpoint];
    const run = await underWay(args, [server]);
    await waitUntil(async () => (await keyCount(server)) > 3_000, {
      what: "some pages are written",
      timeoutMs: 30_000,
    });
    run.child.kill("SIGINT");
    expect((await ended(run)).code).toBe(130);
    expect(await readFile(checkpoint, "utf8")).toContain('"resumeAt"');
    const newer = [{ id: -1, name: "new" }, ...users(20_000)].map((row) => `${JSON.stringify(row)}\n`).join("");
    await writeFile(data, newer);
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.code).toBe(0);
    expect(rest.report.notes.join(" ")).toContain("Began anew instead of going on with an unfinished run");
    expect(figure(rest.report, "rows read")).toBe(20_001);
    expect(await keyCount(server)).toBe(20_001);
    await expect(readFile(checkpoint)).rejects.toThrow("ENOENT");
  });

  it("of the same size, with another date, is another file too", async () => {
    const server = await startRedis();
    const { manifest, data, checkpoint } = await warmFiles(users(3_000), userMap);
    const args = [manifest, "-p", urlOf(server), "--checkpoint", checkpoint];
    await stopWhenNoted(args, server, checkpoint);
    await utimes(data, 1_000, 1_000);
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.report.notes.join(" ")).toContain("Began anew instead of going on with an unfinished run");
    expect([rest.code, figure(rest.report, "rows read")]).toEqual([0, 3_000]);
    await rm(data);
    expect((await runWarm([...args, "--resume"])).code).toBe(3);
    expect(await keyCount(server)).toBe(3_000);
  });
});

describe("a checkpoint", () => {
  const stopped = async () => {
    const server = await startRedis();
    const files = await warmFiles(users(4_000), userMap);
    const args = [files.manifest, "-p", urlOf(server), "--checkpoint", files.checkpoint];
    await stopWhenNoted(args, server, files.checkpoint);
    const { rows } = JSON.parse(await readFile(files.checkpoint, "utf8")) as { rows: number };
    expect(rows).toBeGreaterThan(0);
    return { server, args, checkpoint: files.checkpoint };
  };

  it("is not gone on from where the cache has lost since what was written", async () => {
    const { server, args } = await stopped();
    await server.call("FLUSHALL");
    const rest = await runWarm([...args, "--resume"]);
    expect([rest.code, figure(rest.report, "rows read"), await keyCount(server)]).toEqual([0, 4_000, 4_000]);
    expect(rest.report.notes.join(" ")).toMatch(/Began anew .* are gone/);
  });

  it("is not gone on from where the items have run out by now", async () => {
    const { server, args, checkpoint } = await stopped();
    const left = JSON.parse(await readFile(checkpoint, "utf8")) as { writtenAt: number };
    await writeFile(checkpoint, JSON.stringify({ ...left, writtenAt: left.writtenAt - 3_600_000 }));
    const rest = await runWarm([...args, "--resume"]);
    expect([rest.code, figure(rest.report, "rows read"), await keyCount(server)]).toEqual([0, 4_000, 4_000]);
    expect(rest.report.notes.join(" ")).toMatch(/Began anew .* run out/);
  });

  it("of an earlier run goes away when one without --resume begins, even if that comes to nothing", async () => {
    const { server, args, checkpoint } = await stopped();
    await server.call("CONFIG", "SET", "maxmemory", "1");
    const nothing = await runWarm([...args, "--no-lock"]);
    expect([nothing.code, figure(nothing.report, "items written")]).toEqual([4, 0]);
    await expect(readFile(checkpoint)).rejects.toThrow("ENOENT");
  });
});

/** Ends a run once its checkpoint tells of a first page. */
async function stopWhenNoted(args: string[], server: RedisServer, checkpoint: string): Promise<void> {
  const run = await underWay(args, [server], { pace: [...calm, "--rate", "500"] });
  await waitUntil(async () => (await readFile(checkpoint, "utf8")).includes('"resumeAt"'), {
    what: "a page is noted",
    timeoutMs: 30_000,
  });
  run.child.kill("SIGINT");
  expect((await ended(run)).code).toBe(130);
}
