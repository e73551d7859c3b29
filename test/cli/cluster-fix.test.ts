import { describe, expect, it } from "vitest";
import { hashSlot } from "../../src/model/hash-slot.js";
import { untilSettled } from "../support/cluster-settled.js";
import { RebalanceScene, rowsOf } from "../support/rebalance-scene.js";
import { usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const deadline = 200_000;

/** Opens slots of the first primary towards the second, as a move does before its first key. */
async function openSlots({ nodes }: RebalanceScene, slots: number[]): Promise<void> {
  const [source, target] = nodes as [RedisServer, RedisServer];
  const [from, to] = [String(await source.call("CLUSTER", "MYID")), String(await target.call("CLUSTER", "MYID"))];
  for (const slot of slots) {
    await target.call("CLUSTER", "SETSLOT", String(slot), "IMPORTING", from);
    await source.call("CLUSTER", "SETSLOT", String(slot), "MIGRATING", to);
  }
}

function seededSlots(): number[] {
  const slots = Array.from({ length: 2_000 }, (_, i) => hashSlot(`key:${i}`)).filter((slot) => slot < 5461);
  return [...new Set(slots)].slice(0, 400);
}

describe("cluster fix, the built program", () => {
  it("shows its plan, asks for --yes where there is no terminal, then repairs", { timeout: deadline }, async () => {
    const scene = await RebalanceScene.start("valkey-8.1", 2_000);
    const before = await scene.content();
    await openSlots(scene, seededSlots().slice(0, 3));
    const dry = await scene.report("fix", "--dry-run");
    expect(dry).toMatchObject({ code: 0, report: { operation: "cluster-fix" } });
    expect(dry.report.change).toBeUndefined();
    expect(rowsOf(dry.report, "fix-steps")).toMatchObject([{ kind: "finish", slotCount: 3 }]);
    const asked = await scene.run("fix");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--yes");
    expect(asked.stderr).toContain("Finish the move of 3 slots");
    expect(await scene.slotCounts()).toEqual([5461, 5461, 5462]);
    const done = await scene.report("fix", "--yes");
    expect(done).toMatchObject({ code: 0, report: { status: "success", change: { complete: true, goOn: [] } } });
    expect(await scene.slotCounts()).toEqual([5458, 5464, 5462]);
    await untilSettled(scene.nodes);
    expect(await scene.content()).toEqual(before);
    const again = await scene.report("fix", "--yes");
    expect(again.code).toBe(0);
    expect(again.report.summary).toContain("Nothing to fix");
  });

  it("ends well when it is run again after kill -9", { timeout: deadline }, async () => {
    const scene = await RebalanceScene.start("redis-7.0", 2_000);
    const before = await scene.content();
    await openSlots(scene, seededSlots());
    const run = spawnCli(["cluster", "fix", "-p", scene.url, "--yes"], scene.env);
    const moved = async () => 5461 - ((await scene.slotCounts())[0] ?? 0);
    await waitUntil(async () => (await moved()) > 20, { what: "some slots are through", timeoutMs: 60_000 });
    run.child.kill("SIGKILL");
    await run.ended;
    // The killed run's lock expires after 30 s.
    await waitUntil(async () => (await scene.run("fix", "--yes", "--quiet")).code === 0, {
      what: "the second run succeeds",
      timeoutMs: 150_000,
      everyMs: 2_000,
    });
    await untilSettled(scene.nodes);
    expect(await scene.content()).toEqual(before);
  });
});
