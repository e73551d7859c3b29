import { rm, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startRedis, usingServers, waitUntil } from "../support/servers/index.js";
import { validReport } from "../support/bigkeys-run.js";
import { calm, figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { keyCount } from "../support/warm-under-way.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const rowCount = 20_000;

describe("killed with -9", () => {
  it("twenty times at random points, --resume ends with exactly the full set", async () => {
    const server = await startRedis();
    const files = await warmFiles(users(rowCount), userMap);
    const args = [files.manifest, "-p", `redis://${server.address}`, "--checkpoint", files.checkpoint, "--no-lock"];
    let resumed = 0;
    for (let round = 0; round < 20; round++) {
      // At this rate a run takes twenty seconds, and is killed within the second after its first items.
      const run = spawnCli(["warm", ...args, ...calm, "--resume", "--rate", "1k"]);
      const before = await keyCount(server);
      const goal = Math.min(rowCount, before + 1);
      await Promise.race([
        run.ended,
        waitUntil(async () => (await keyCount(server)) >= goal, { what: "the run writes", timeoutMs: 30_000 }).catch(
          () => undefined,
        ),
      ]);
      await new Promise((settle) => setTimeout(settle, Math.random() * 900));
      run.child.kill("SIGKILL");
      await run.ended;
      if (await stat(files.checkpoint).then(Boolean, () => false)) resumed++;
    }
    const last = await runWarm([...args, "--resume"]);
    expect(last.code).toBe(0);
    expect(await keyCount(server)).toBe(rowCount);
    for (const id of [0, 1, 5_000, rowCount - 1])
      expect(JSON.parse(String(await server.call("GET", `user:${id}`)))).toMatchObject({ id });
    expect(resumed).toBeGreaterThan(0);
    // Twenty starts of the program, on a machine that may be busy.
  }, 300_000);
});

describe("the lock", () => {
  it("lets one of two work; the other exits 0 and says so", async () => {
    const server = await startRedis();
    const files = await warmFiles(users(20_000), userMap);
    const target = ["-p", `redis://${server.address}`];
    const first = spawnCli(["warm", files.manifest, ...target, ...calm, "--rate", "500"]);
    await waitUntil(async () => (await keyCount(server)) > 1, { what: "the first writes", timeoutMs: 30_000 });
    const second = await runWarm([files.manifest, ...target]);
    expect(second.code).toBe(0);
    expect(second.report.summary).toMatch(/another run is warming it: .* \(process \d+\)/);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    // Given back at once: the next does not wait for the time-out.
    expect((await runWarm([files.manifest, ...target])).report.summary).toContain("wrote 20,000 of 20,000");
  });

  it("of a killed holder is taken over after its time-out", async () => {
    const server = await startRedis();
    const files = await warmFiles(users(3_000), userMap);
    const args = [files.manifest, "-p", `redis://${server.address}`, "--lock-timeout", "15s"];
    const first = spawnCli(["warm", ...args, ...calm, "--rate", "300"]);
    await waitUntil(async () => (await keyCount(server)) > 1, { what: "the first writes", timeoutMs: 30_000 });
    first.child.kill("SIGKILL");
    await first.ended;
    expect((await runWarm(args)).report.summary).toContain("another run is warming it");
    await waitUntil(async () => (await server.call("EXISTS", "cachectl:warm-lock:warm")) === 0, {
      what: "the lock runs out",
      timeoutMs: 60_000,
    });
    expect((await runWarm(args)).report.summary).toContain("wrote 3,000 of 3,000");
  });
});

describe("a checkpoint", () => {
  it("is gone on from after Ctrl-C, and a run begins anew where there is none", async () => {
    const server = await startRedis();
    const files = await warmFiles(users(20_000), userMap);
    const args = [files.manifest, "-p", `redis://${server.address}`, "--checkpoint", files.checkpoint];
    const run = spawnCli(["warm", ...args, ...calm, "--json", "--rate", "3k"]);
    await waitUntil(async () => (await keyCount(server)) > 3_000, {
      what: "some pages are written",
      timeoutMs: 30_000,
    });
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    const stopped = validReport(run.stdout());
    expect(stopped.change?.goOn[0]).toContain("--resume");
    expect(await keyCount(server)).toBe(figure(stopped, "items written"));
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.code).toBe(0);
    expect(figure(rest.report, "rows read")).toBeLessThan(20_000);
    expect(await keyCount(server)).toBe(20_000);
    await rm(files.checkpoint, { force: true });
    expect(figure((await runWarm([...args, "--resume"])).report, "rows read")).toBe(20_000);
  });
});
