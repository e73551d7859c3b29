import { beforeAll, describe, expect, it } from "vitest";
import { lockKey } from "../../src/apply/cluster-lock.js";
import { hashSlot } from "../../src/model/hash-slot.js";
import type { Report } from "../../src/model/report.js";
import { problemsOf, untilSettled } from "../support/cluster-settled.js";
import { RebalanceScene, rowsOf } from "../support/rebalance-scene.js";
import { usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const deadline = 180_000;

describe("a cluster that somebody else changes too", () => {
  let scene: RebalanceScene;
  let before: string[];

  beforeAll(async () => {
    scene = await RebalanceScene.start("redis-7.0", 3_000);
    before = await scene.content();
  }, deadline);

  it(
    "stops with exit code 4 when the lock is lost, names why, and leaves no slot open",
    { timeout: deadline },
    async () => {
      // Of a primary that has no part in the move.
      const keeper = scene.nodes[Math.floor((hashSlot(lockKey) * 3) / 16_384)] as RedisServer;
      const others = scene.nodes.filter((node) => node !== keeper) as [RedisServer, RedisServer];
      const [from, to] = others.map(({ host, port }) => `${host}:${port}`) as [string, string];
      const words = ["cluster", "reshard", "-p", scene.url, "--from", from, "--to", to, "--slots", "4000"];
      const slowly = ["--engine", "classic", "--rate", "20"];
      const running = spawnCli([...words, ...slowly, "--yes", "--json"], scene.env);
      const had = await scene.slotCounts();
      await waitUntil(async () => String(await scene.slotCounts()) !== String(had), {
        what: "slots are moving",
        timeoutMs: 60_000,
      });
      await keeper.call("SET", lockKey, "another run", "PX", "600000");
      expect(await running.ended).toEqual({ code: 4, signal: null });
      const report = JSON.parse(running.stdout()) as Report;
      expect(report).toMatchObject({ status: "partial", change: { complete: false } });
      expect(report.interrupted).toBeUndefined();
      expect(report.change?.failed[0]?.reason).toContain("the lock of the cluster was lost: another run took it");
      expect(report.change?.goOn.join("\n")).toContain("--slot-ranges");
      expect(rowsOf(report, "moved")).not.toEqual([]);
      // It belongs to the other now.
      expect(await keeper.call("GET", lockKey)).toBe("another run");
      await keeper.call("DEL", lockKey);
      await untilSettled(scene.nodes);
      expect(await problemsOf(scene.nodes)).toEqual([]);
      expect(await scene.content()).toEqual(before);
    },
  );

  it("refuses a plan when a slot has changed hands since it was made", { timeout: deadline }, async () => {
    const file = scene.file("plan.json");
    expect(await scene.run("rebalance", "--threshold", "0", "--plan-out", file)).toMatchObject({ code: 0 });
    await handOver(scene, 16_383);
    await untilSettled(scene.nodes);
    const counts = await scene.slotCounts();
    const { code, stderr } = await scene.run(`apply ${file}`, "--yes");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("changed") as string });
    expect(await scene.slotCounts()).toEqual(counts);
  });
});

/** An empty slot of the third primary goes to the first, by hand. */
async function handOver({ nodes }: RebalanceScene, last: number): Promise<void> {
  const [first, , third] = nodes as [RedisServer, RedisServer, RedisServer];
  let slot = last;
  while (Number(await third.call("CLUSTER", "COUNTKEYSINSLOT", String(slot))) > 0) slot--;
  const [to, from] = await Promise.all([first, third].map(async (node) => String(await node.call("CLUSTER", "MYID"))));
  await first.call("CLUSTER", "SETSLOT", String(slot), "IMPORTING", from ?? "");
  // The new owner first: it takes a new epoch, which makes its claim the stronger one.
  for (const node of nodes) await node.call("CLUSTER", "SETSLOT", String(slot), "NODE", to ?? "");
}
