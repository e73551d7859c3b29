import { describe, expect, it } from "vitest";
import { mostKeyBytes } from "../../../src/apply/mover/list-keys.js";
import { batchesOf, migrateTimeoutMs } from "../../../src/apply/mover/migrate-command.js";
import { Pace } from "../../../src/apply/mover/pace.js";
import { parseImportTasks } from "../../../src/apply/mover/redis-import.js";
import { mayRun, runPairs } from "../../../src/apply/mover/run-pairs.js";
import { parseSlotView } from "../../../src/apply/mover/slot-view.js";
import { parseSlotMigrations } from "../../../src/apply/mover/valkey-jobs.js";

const bounds = { batchKeys: 3, batchBytes: 100 };
const pair = (from: string, to: string) => ({ from: { id: from }, to: { id: to } });
const shared = () => false;

describe("batches of one MIGRATE", () => {
  it("are bounded by keys and by bytes, a bigger key by itself", () => {
    const names = ["a", "b", "c", "d", "big", "e", "f"];
    const batches = batchesOf({ slot: 7, names, sizes: [1, 1, 1, 1, 500, 60, 60] }, bounds);
    expect(batches.map((batch) => batch.names.join(""))).toEqual(["abc", "d", "big", "e", "f"]);
    expect(batches.map(({ bytes }) => bytes)).toEqual([3, 1, 500, 60, 60]);
  });

  it("are small where sizes are not known", () => {
    const names = Array.from({ length: 25 }, (_, i) => `key:${i}`);
    const batches = batchesOf({ slot: 7, names, sizes: null }, { batchKeys: 500, batchBytes: 100 });
    expect(batches.map((batch) => batch.names.length)).toEqual([10, 10, 5]);
  });

  it("block the source for at most half of cluster-node-timeout, longer only for a big key that was allowed", () => {
    expect(migrateTimeoutMs(15_000, 1_000_000)).toBe(7_500);
    expect(migrateTimeoutMs(15_000, 200 * 1024 * 1024)).toBe(40_960);
  });
});

describe("a key too big to move", () => {
  it("is one that takes longer than half of cluster-node-timeout at 20 MB/s, or that no target takes", () => {
    expect(mostKeyBytes(2_000)).toBe(20 * 1024 * 1024);
    expect(mostKeyBytes(600_000)).toBe(512 * 1024 * 1024);
  });
});

describe("pairs at the same time", () => {
  it("may have no source in common, and no node that is source and target", () => {
    expect(mayRun(pair("a", "d"), [pair("b", "c")], shared)).toBe(true);
    expect(mayRun(pair("a", "d"), [pair("b", "d")], shared)).toBe(true);
    expect(mayRun(pair("a", "d"), [pair("a", "c")], shared)).toBe(false);
    expect(mayRun(pair("a", "d"), [pair("d", "c")], shared)).toBe(false);
    expect(mayRun(pair("a", "d"), [pair("c", "a")], shared)).toBe(false);
  });

  it("share no node at all where the servers move by themselves", () => {
    expect(mayRun(pair("a", "d"), [pair("b", "d")], () => true)).toBe(false);
    expect(mayRun(pair("a", "d"), [pair("b", "c")], () => true)).toBe(true);
  });

  it("are all worked on, and a failure is handed on only after the others have come to rest", async () => {
    const done: string[] = [];
    const work = async ({ from }: { from: { id: string } }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (from.id === "a") throw new Error("broken");
      done.push(from.id);
    };
    await expect(runPairs([pair("a", "x"), pair("b", "y")], shared, work)).rejects.toThrow("broken");
    expect(done).toEqual(["b"]);
    await runPairs([pair("b", "x"), pair("c", "b"), pair("b", "y")], shared, work);
    expect(done).toEqual(["b", "b", "c", "b"]);
  });
});

describe("the pace", () => {
  const clockAt = (time: { ms: number; slept: number }) => ({
    now: () => time.ms,
    monotonicMs: () => time.ms,
    sleep: (ms: number) => {
      time.ms += ms;
      time.slept += ms;
      return Promise.resolve();
    },
  });

  it("keeps to a rate", async () => {
    const time = { ms: 0, slept: 0 };
    const pace = new Pace(clockAt(time), 1_000, 100);
    for (let i = 0; i < 10; i++) await pace.after(100, 0);
    expect(time.slept).toBe(1_000);
  });

  it("brakes while others wait too long, and lets go afterwards", async () => {
    const time = { ms: 0, slept: 0 };
    const pace = new Pace(clockAt(time), null, 20);
    await pace.after(100, 50);
    expect(time.slept).toBe(0);
    pace.heard(80);
    pace.heard(80);
    expect(pace.requestKeys).toBe(1);
    await pace.after(100, 50);
    expect(time.slept).toBeGreaterThan(0);
    for (let i = 0; i < 6; i++) pace.heard(1);
    expect(pace.requestKeys).toBeGreaterThan(1);
    time.slept = 0;
    await pace.after(100, 50);
    expect(time.slept).toBe(0);
  });

  it("asks for less at once long before others wait for too long, and for more while nobody waits", () => {
    const pace = new Pace(clockAt({ ms: 0, slept: 0 }), null, 60);
    const first = pace.requestKeys;
    pace.heard(25);
    expect(pace.requestKeys).toBe(first / 2);
    pace.heard(15);
    expect(pace.requestKeys).toBe(first / 2);
    for (let i = 0; i < 20; i++) pace.heard(2);
    expect(pace.requestKeys).toBe(200);
    for (let i = 0; i < 20; i++) pace.heard(50);
    expect(pace.requestKeys).toBe(25);
  });
});

describe("what servers say", () => {
  it("gives the owner of a slot and what the node itself has open", () => {
    const view = parseSlotView(
      [
        "aaa 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-99 200 [5->-bbb] [300-<-bbb]",
        "bbb 10.0.0.2:6379@16379 master - 0 0 2 connected 100-199 300",
      ].join("\n"),
    );
    expect([0, 99, 100, 200, 201].map((slot) => view.ownerOf(slot))).toEqual(["aaa", "aaa", "bbb", "aaa", null]);
    expect([[...view.migrating], [...view.importing]]).toEqual([[[5, "bbb"]], [[300, "bbb"]]]);
    expect(view.addressOf("bbb")).toBe("10.0.0.2:6379");
  });

  it("reads Valkey's jobs", () => {
    const row = ["name", "j1", "operation", "EXPORT", "slot_ranges", "0-9 20-20", "target_node", "bbb"];
    const jobs = parseSlotMigrations([[...row, "create_time", 17, "state", "success", "message", ""]]);
    expect(jobs).toMatchObject([
      { name: "j1", operation: "EXPORT", slots: "0-9,20", target: "bbb", createdAt: 17, state: "success" },
    ]);
    expect(parseSlotMigrations(null)).toEqual([]);
  });

  it("reads Redis's import tasks", () => {
    const row = ["id", "t1", "slots", "0-9", "source", "aaa", "dest", "bbb", "state", "failed", "last_error", "gone"];
    expect(parseImportTasks([row])).toMatchObject([
      { id: "t1", slots: "0-9", source: "aaa", state: "failed", lastError: "gone" },
    ]);
  });
});
