import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { SlotPlan } from "../../src/model/slot-plan.js";
import { countSlots } from "../../src/model/slot-ranges.js";
import { untilSettled } from "../support/cluster-settled.js";
import { RebalanceScene, routes, rowsOf } from "../support/rebalance-scene.js";
import { releases, usingServers } from "../support/servers/index.js";

usingServers();

const deadline = 120_000;

describe.each(await releases())("cluster rebalance on $name", ({ name: release }) => {
  it(
    "fills a node that joined a moment ago, exactly as the dry run said, and then has nothing to do",
    { timeout: deadline },
    async () => {
      const scene = await RebalanceScene.start(release, 2_000);
      const before = await scene.content();
      await scene.addEmptyNode(release);
      const planned = await scene.report("rebalance", "--include-empty", "--dry-run");
      expect(planned).toMatchObject({ code: 0, report: { operation: "cluster-rebalance", status: "success" } });
      expect(planned.report.change).toBeUndefined();
      expect(await scene.slotCounts()).toEqual([5461, 5461, 5462, 0]);
      const { code, report, stderr } = await scene.report("rebalance", "--include-empty", "--yes");
      expect({ code, status: report.status, failed: report.change?.failed, stderr }).toMatchObject({
        code: 0,
        status: "success",
        failed: [],
      });
      expect(routes(report, "moved")).toEqual(routes(planned.report, "moves"));
      expect(await scene.slotCounts()).toEqual([4096, 4096, 4096, 4096]);
      await untilSettled(scene.nodes);
      expect(await scene.content()).toEqual(before);
      const again = await scene.report("rebalance", "--yes");
      expect(again).toMatchObject({ code: 0, report: { change: { complete: true, done: [] } } });
    },
  );
});

describe("cluster rebalance, reshard and apply", () => {
  let scene: RebalanceScene;

  beforeAll(async () => {
    scene = await RebalanceScene.start("redis-7.0", 3_000, 3);
  }, deadline);

  it(
    "changes nothing without a terminal and without --yes, and says so with exit code 2",
    { timeout: deadline },
    async () => {
      const { code, stderr } = await scene.run("reshard", "--from", "all", "--to", scene.address(0), "--slots", "9");
      expect(code).toBe(2);
      expect(stderr).toContain("--yes");
      expect(await scene.slotCounts()).toEqual([5461, 5461, 5462]);
    },
  );

  it("moves exactly the slots that reshard names", { timeout: deadline }, async () => {
    const to = scene.address(1);
    const ends = ["--from", scene.address(0), "--to", to, "--yes"];
    const { code, report } = await scene.report("reshard", ...ends, "--slot-ranges", "0-99,205");
    expect(code).toBe(0);
    expect(routes(report, "moved")).toEqual([`${scene.address(0)} ${to} 0-99,205`]);
    expect(await scene.slotCounts()).toEqual([5360, 5562, 5462]);
  });

  it("moves nothing while every primary is within the threshold", { timeout: deadline }, async () => {
    const { code, report } = await scene.report("rebalance", "--threshold", "5%", "--yes");
    expect({ code, moved: rowsOf(report, "moved") }).toEqual({ code: 0, moved: [] });
    expect(await scene.slotCounts()).toEqual([5360, 5562, 5462]);
  });

  it("shares out by weight", { timeout: deadline }, async () => {
    const { code } = await scene.report("rebalance", "--weight", `${scene.address(2)}=2`, "--yes");
    expect(code).toBe(0);
    expect(await scene.slotCounts()).toEqual([4096, 4096, 8192]);
  });

  it("applies the very plan that --plan-out wrote, once", { timeout: deadline }, async () => {
    const file = scene.file("plan.json");
    const planned = await scene.report("rebalance", "--plan-out", file);
    expect(planned.code).toBe(0);
    expect(await scene.slotCounts()).toEqual([4096, 4096, 8192]);
    const plan = JSON.parse(await readFile(file, "utf8")) as SlotPlan;
    expect(plan.moves.reduce((sum, { slots }) => sum + countSlots(slots), 0)).toBe(plan.totals.slots);
    const dry = await scene.report(`apply ${file}`, "--dry-run");
    expect({ code: dry.code, moves: routes(dry.report, "moves") }).toEqual({
      code: 0,
      moves: routes(planned.report, "moves"),
    });
    const applied = await scene.report(`apply ${file}`, "--yes");
    expect({ code: applied.code, moved: routes(applied.report, "moved") }).toEqual({
      code: 0,
      moved: routes(planned.report, "moves"),
    });
    const counts = await scene.slotCounts();
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    const again = await scene.report(`apply ${file}`, "--yes");
    expect(again).toMatchObject({ code: 2, report: { status: "failed" } });
    expect(await scene.slotCounts()).toEqual(counts);
  });

  it("refuses a file that is no plan", { timeout: deadline }, async () => {
    const file = scene.file("no-plan.json");
    await writeFile(file, '{"kind":"something else"}');
    expect(await scene.run(`apply ${file}`, "--yes")).toMatchObject({ code: 2 });
    expect(await scene.run("apply /nonexistent/plan.json", "--yes")).toMatchObject({ code: 2 });
  });

  it("drains a primary", { timeout: deadline }, async () => {
    const { code, report } = await scene.report("rebalance", "--drain", scene.address(0), "--yes");
    expect({ code, error: report.error }).toEqual({ code: 0, error: undefined });
    expect((await scene.slotCounts())[0]).toBe(0);
    // Since 7.0 it becomes a replica of the one that took its last slot.
    expect(report.notes.join(" ")).toContain("became a replica");
    await untilSettled(scene.nodes);
    expect((await scene.content()).length).toBe(3_000);
  });

  it("names a node that it does not know with exit code 2", { timeout: deadline }, async () => {
    const { code, stderr } = await scene.run("rebalance", "--drain", "10.9.9.9:1", "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain("10.9.9.9:1");
  });
});
