import { describe, expect, it, onTestFinished } from "vitest";
import { hashSlot } from "../../src/model/hash-slot.js";
import { untilSettled } from "../support/cluster-settled.js";
import { RebalanceScene, rowsOf } from "../support/rebalance-scene.js";
import { releases, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const deadline = 120_000;
const counting = (await releases()).filter(({ name }) => name === "valkey-9.1");

/** Of three primaries that share 16,384 slots. */
const firstOwner = 5_461;

describe("cluster rebalance by what the slots carry", () => {
  it("levels keys within the threshold, and then has nothing to do; no ops on 7.0", { timeout: deadline }, async () => {
    const scene = await skewedScene("redis-7.0", "v");
    const before = await scene.content();
    const { code, stderr } = await scene.run("rebalance", "--by", "ops", "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain("The ops of each slot are not known: ");
    expect(stderr).toContain("level by keys: --by keys");
    const done = await scene.report("rebalance", "--by", "keys", "--threshold", "2", "--yes");
    expect(done).toMatchObject({ code: 0, report: { change: { complete: true } } });
    const counts = await keyCounts(scene);
    expect(offShare(counts)).toBeLessThanOrEqual(0.02);
    // The report says what the servers say.
    expect(rowsOf(done.report, "shares").map(({ node, loadAfter }) => [node, loadAfter])).toEqual(
      counts.map((count, i) => [scene.address(i), count]),
    );
    await untilSettled(scene.nodes);
    expect(await scene.content()).toEqual(before);
    const again = await scene.report("rebalance", "--by", "keys", "--threshold", "2", "--yes");
    expect(again).toMatchObject({ code: 0, report: { change: { complete: true, done: [] } } });
  });

  it.each(counting)("levels bytes, and CPU time, which $name counts", { timeout: deadline }, async ({ name }) => {
    const scene = await skewedScene(name, "v".repeat(5_000));
    const before = await scene.content();
    const bytes = await scene.report("rebalance", "--by", "bytes", "--threshold", "3", "--yes");
    expect(bytes).toMatchObject({ code: 0, report: { change: { complete: true } } });
    // All values are of one size; what each server's dataset holds beside them is what differs.
    expect(offShare(await keyCounts(scene))).toBeLessThan(0.15);
    expect(await scene.content()).toEqual(before);

    const refused = await scene.run("rebalance", "--by", "ops", "--yes");
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("cluster-slot-stats-enabled") as string });

    await Promise.all(scene.nodes.map((node) => node.call("CONFIG", "SET", "cluster-slot-stats-enabled", "yes")));
    await busy(scene);
    const ops = await scene.report("rebalance", "--by", "ops", "--threshold", "10", "--dry-run");
    expect(ops.code).toBe(0);
    const [first] = rowsOf(ops.report, "shares");
    expect(Number(first?.["loadBefore"])).toBeGreaterThan(2 * Number(first?.["loadWanted"]));
    // It is counted by the wall clock: a pause within one command makes a slot that no share can hold, and the report says so.
    const alone = /Slot \d+ alone carries ([\d.]+) % of all ops/.exec(ops.report.notes.join("\n"))?.[1];
    const shareOfAll = (1.02 * Number(alone ?? 0)) / 100;
    const most = Math.max(1.1, 3 * shareOfAll) * Number(first?.["loadWanted"]);
    expect(Number(first?.["loadAfter"])).toBeLessThanOrEqual(most);
  });
});

/** The first primary holds ten times as many keys as each of the others. */
async function skewedScene(release: string, value: string): Promise<RebalanceScene> {
  const scene = await RebalanceScene.start(release, 0);
  const names = Array.from({ length: 5_000 }, (_, i) => `key:${i}`).filter(
    (name, i) => hashSlot(name) < firstOwner || i % 10 === 0,
  );
  const ownerOf = (name: string) => scene.nodes[Math.floor(((hashSlot(name) + 1) * 3 - 1) / 16_384)] as RedisServer;
  await Promise.all(names.map((name) => ownerOf(name).call("SET", name, value)));
  return scene;
}

function keyCounts({ nodes }: RebalanceScene): Promise<number[]> {
  return Promise.all(nodes.map(async (node) => Number(await node.call("DBSIZE"))));
}

/** How far the one that is farthest off is from an equal share, as a part of it. */
function offShare(counts: readonly number[]): number {
  const share = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return Math.max(...counts.map((count) => Math.abs(count - share))) / share;
}

/** Keeps the first primary at work on keys of 300 of its slots until the test ends. */
async function busy({ nodes }: RebalanceScene): Promise<void> {
  const [first] = nodes as [RedisServer];
  const keys = ((await first.call("KEYS", "*")) as string[]).slice(0, 300);
  const over = new AbortController();
  const work = (async () => {
    while (!over.signal.aborted) await Promise.all(keys.map((key) => first.call("BITCOUNT", key)));
  })();
  onTestFinished(async () => {
    over.abort();
    await work;
  });
}
