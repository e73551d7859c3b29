import { stat as fileStat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { rowsOf, validReport } from "../support/bigkeys-run.js";
import { breakableProxy } from "../support/fault-servers.js";
import { usingServers, waitUntil, type MemcachedServer } from "../support/servers/index.js";
import { calm, figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { itemCount, oldestAndNewest, poolUrl, startPool, underWay, valueOf } from "../support/warmed-memcached.js";
import { spawnCli, type RunningCli } from "./spawn-cli.js";

usingServers();

async function ended(run: RunningCli): Promise<{ code: number | null; report: Report }> {
  const { code } = await run.ended;
  return { code, report: validReport(run.stdout()) };
}

describe.each(oldestAndNewest)("$name ($version), while it is warmed", ({ name: release }) => {
  it("is restarted: the run goes on, says what went with it, and leaves nothing to go on from", async () => {
    const [server] = (await startPool(1, release)) as [MemcachedServer];
    const files = await warmFiles(users(20_000), userMap);
    const args = [files.manifest, "-p", poolUrl([server]), "--checkpoint", files.checkpoint];
    const run = await underWay(args, [server], 6_000);
    await server.kill();
    await server.start();
    const { code, report } = await ended(run);
    expect([code, report.status]).toEqual([4, "partial"]);
    const lost = figure(report, "lost by a restart");
    // Of the six thousand that were there some may have gone before their answers came: those are not lost but written again.
    expect(lost).toBeGreaterThanOrEqual(3_000);
    expect(await itemCount(server)).toBe(figure(report, "items written") - lost);
    const reasons = report.change?.failed.map(({ reason }) => reason).join("\n");
    expect(reasons).toContain("it was restarted while it was warmed and lost what it held");
    expect(await exists(files.checkpoint)).toBe(false);
    const next = await runWarm([...args, "--resume"]);
    expect([next.code, await itemCount(server)]).toEqual([0, 20_000]);
  });

  it("is one of a pool and gone for good: the run stops after its patience, and says which and how many", async () => {
    const servers = (await startPool(3, release)) as [MemcachedServer, MemcachedServer, MemcachedServer];
    const [first, dead, third] = servers;
    const files = await warmFiles(users(20_000), userMap);
    const args = [files.manifest, "-p", poolUrl(servers), "--hashing", "memjs", "--no-lock"];
    const run = await underWay([...args, "--patience", "3s"], servers, 3_000);
    await dead.kill();
    const { code, report } = await ended(run);
    expect(code).toBe(4);
    expect(report.summary).toContain(`${dead.address} refused the connection`);
    const told = new Map(rowsOf(report, "servers").map((row) => [row["server"], row]));
    for (const server of [first, third]) {
      expect(told.get(server.address)).toMatchObject({ unanswered: 0, written: await itemCount(server) });
    }
    const missing = figure(report, "of unknown fate") + figure(report, "not written");
    expect(missing).toBeGreaterThan(0);
    expect(told.get(dead.address)?.["unanswered"]).toBe(missing);
    expect(report.change?.failed.map(({ step }) => step)).toContain(`keep what was written to ${dead.address}`);
    const written = servers.map(({ address }) => Number(told.get(address)?.["written"]));
    expect(written.reduce((sum, count) => sum + count, 0)).toBe(figure(report, "items written"));
  });
});

describe("a connection that breaks, of a server that stays", () => {
  it("is made anew: every item is there, and the last row of a key stays", { timeout: 90_000 }, async () => {
    const [server] = (await startPool(1)) as [MemcachedServer];
    const proxy = await breakableProxy(server.port);
    const rows = [
      ...users(8_000),
      ...Array.from({ length: 8_000 }, (_, n) => ({ id: n % 8_000, name: `second ${n}` })),
    ];
    const files = await warmFiles(rows, userMap);
    const target = poolUrl([{ address: `127.0.0.1:${proxy.port}` }]);
    const run = await underWay([files.manifest, "-p", target], [server]);
    for (const goal of [1_000, 2_000, 3_000, 5_000, 7_000]) {
      await waitUntil(async () => (await itemCount(server)) >= goal, { what: `${goal} items`, timeoutMs: 30_000 });
      proxy.breakAll();
    }
    const { code, report } = await ended(run);
    expect([code, figure(report, "items written")]).toEqual([0, 16_000]);
    expect(await itemCount(server)).toBe(8_000);
    for (let id = 0; id < 8_000; id += 97)
      expect(JSON.parse(String(await valueOf(server, `user:${id}`)))).toMatchObject({ name: `second ${id}` });
  });

  it("costs --only-missing no count: what was acknowledged is written, and there", { timeout: 60_000 }, async () => {
    const [server] = (await startPool(1)) as [MemcachedServer];
    const proxy = await breakableProxy(server.port);
    const files = await warmFiles(users(12_000), userMap);
    const target = poolUrl([{ address: `127.0.0.1:${proxy.port}` }]);
    const run = await underWay([files.manifest, "-p", target, "--only-missing"], [server]);
    for (const goal of [1_000, 3_000, 5_000]) {
      await waitUntil(async () => (await itemCount(server)) >= goal, { what: `${goal} items`, timeoutMs: 30_000 });
      proxy.breakAll();
    }
    const { code, report } = await ended(run);
    expect(code).toBe(0);
    // An `add` whose answer was lost finds its own item the second time.
    expect(figure(report, "items written") + figure(report, "there already")).toBe(12_000);
    expect(await itemCount(server)).toBe(12_000);
  });
});

describe("a run into a pool", () => {
  it("keeps a second one out; interrupted or killed, it goes on with --resume", { timeout: 90_000 }, async () => {
    const servers = await startPool(2);
    // Ten seconds: a busy machine starts another run within them.
    const files = await warmFiles(users(40_000), userMap);
    const args = [files.manifest, "-p", poolUrl(servers), "--hashing", "modulo", "--checkpoint", files.checkpoint];
    const first = await underWay(args, servers);
    const second = await runWarm(args);
    expect(second.code).toBe(0);
    expect(second.report.summary).toMatch(/another run is warming it: .* \(process \d+\)/);
    first.child.kill("SIGINT");
    const stopped = await ended(first);
    expect(stopped.code).toBe(130);
    expect(await itemCount(...servers)).toBe(figure(stopped.report, "items written"));
    const third = spawnCli(["warm", ...args, ...calm, "--resume", "--rate", "4k"]);
    const before = await itemCount(...servers);
    await waitUntil(async () => (await itemCount(...servers)) > before + 1_000 && (await exists(files.checkpoint)), {
      what: "the third writes",
      timeoutMs: 30_000,
    });
    third.child.kill("SIGKILL");
    await third.ended;
    const last = await runWarm([...args, "--resume", "--no-lock"]);
    expect([last.code, await itemCount(...servers)]).toEqual([0, 40_000]);
  });
});

function exists(path: string): Promise<boolean> {
  return fileStat(path).then(
    () => true,
    () => false,
  );
}
