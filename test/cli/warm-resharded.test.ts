import { describe, expect, it } from "vitest";
import { outcomeOf, runCli } from "../support/run-cli.js";
import { RebalanceScene } from "../support/rebalance-scene.js";
import { untilSettled } from "../support/cluster-settled.js";
import { releases, usingServers, waitUntil } from "../support/servers/index.js";
import { calm, figure, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended } from "../support/warm-under-way.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const deadline = 150_000;
const rowCount = 16_000;

async function names(scene: RebalanceScene, pattern: string): Promise<string[]> {
  return (await Promise.all(scene.nodes.map((node) => node.call("KEYS", pattern)))).flat() as string[];
}

async function reshard(scene: RebalanceScene, from: number, to: number, slots: string): Promise<void> {
  const run = await scene.run(
    "reshard",
    "--from",
    scene.address(from),
    "--to",
    scene.address(to),
    "--slots",
    slots,
    "--yes",
  );
  expect(run.code, outcomeOf(run)).toBe(0);
}

describe.each(chosen(await releases()))("a cluster of $name whose slots move", ({ name: release }) => {
  it("is warmed meanwhile: every item is there, once, and counted once", { timeout: deadline }, async () => {
    const scene = await RebalanceScene.start(release, 500);
    const { manifest } = await warmFiles(users(rowCount), userMap);
    const run = spawnCli(["warm", manifest, "-p", scene.url, "--patience", "2m", ...calm, "--rate", "400", "--json"]);
    await waitUntil(async () => (await names(scene, "user:*")).length > 0, {
      what: "the run writes",
      timeoutMs: 30_000,
    });
    await reshard(scene, 0, 1, "600");
    const meanwhile = await names(scene, "user:*");
    await reshard(scene, 1, 2, "300");
    const { code, report } = await ended(run);
    expect({ code, failed: report.change?.failed }).toEqual({ code: 0, failed: [] });
    expect([figure(report, "rows read"), figure(report, "items written")]).toEqual([rowCount, rowCount]);
    // There was something to redirect.
    expect(meanwhile.length).toBeGreaterThan(0);
    expect(meanwhile.length).toBeLessThan(rowCount);
    await untilSettled(scene.nodes);
    const found = await names(scene, "user:*");
    expect([found.length, new Set(found).size]).toEqual([rowCount, rowCount]);
    expect((await names(scene, "*")).filter((name) => !/^(?:user|key):/.test(name))).toEqual([]);
    expect(await scene.slotCounts()).toEqual([4_861, 5_761, 5_762]);
  });

  it(
    "is invalidated by a pattern meanwhile: every key that matches is gone, and no other",
    { timeout: deadline },
    async () => {
      const scene = await RebalanceScene.start(release, 500);
      const { manifest } = await warmFiles(users(rowCount), userMap);
      expect((await runCli(["warm", manifest, "-p", scene.url, ...calm])).code).toBe(0);
      const run = runCli(["invalidate", "-p", scene.url, "--pattern", "user:*", "--rate", "2k", "--yes", "--json"]);
      await waitUntil(async () => (await names(scene, "user:*")).length < rowCount, {
        what: "keys are deleted",
        timeoutMs: 30_000,
      });
      expect((await names(scene, "user:*")).length).toBeGreaterThan(0);
      const [invalidated] = await Promise.all([run, reshard(scene, 0, 1, "600")]);
      expect(invalidated.code, outcomeOf(invalidated)).toBe(0);
      await untilSettled(scene.nodes);
      expect(await names(scene, "user:*")).toEqual([]);
      expect((await names(scene, "key:*")).length).toBe(500);
    },
  );
});

/** One of each way in which slots move: key by key, and by the server's own migration. */
function chosen<R extends { name: string }>(all: R[]): R[] {
  const found = all.filter(({ name }) => ["redis-6.0", "valkey-9.1"].includes(name));
  return found.length > 0 ? found : all.slice(-1);
}
