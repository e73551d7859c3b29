import { describe, expect, it } from "vitest";
import { parseSlotMigrations } from "../../../src/protocol/slot-migrations.js";

describe("parseSlotMigrations", () => {
  it("reads CLUSTER GETSLOTMIGRATIONS of Valkey 9", () => {
    const job = [
      ...["name", "9f", "operation", "EXPORT", "slot_ranges", "0-99 205"],
      ...["target_node", "bb", "source_node", "aa", "create_time", 1_750_000_000],
      ...["last_update_time", 1_750_000_001, "last_ack_time", 1_750_000_001],
      ...["state", "snapshotting", "message", "", "cow_size", 0, "remaining_repl_size", 0],
    ];
    expect(parseSlotMigrations([job])).toEqual([
      {
        ...{ name: "9f", direction: "export", sourceId: "aa", targetId: "bb", state: "snapshotting", running: true },
        ...{ message: null, createdAt: 1_750_000_000 },
        slots: [
          [0, 99],
          [205, 205],
        ],
      },
    ]);
  });

  it("reads CLUSTER MIGRATION STATUS of Redis 8.4", () => {
    const task = [
      ...["id", "t1", "slots", "7-7", "source", "aa", "dest", "bb", "operation", "import", "state", "failed"],
      ...["last_error", "Connection lost", "retries", 3, "create_time", 1_750_000_000_123],
    ];
    expect(parseSlotMigrations([task])).toMatchObject([
      {
        ...{ name: "t1", direction: "import", slots: [[7, 7]], sourceId: "aa", targetId: "bb" },
        ...{ running: false, message: "Connection lost", createdAt: 1_750_000_000 },
      },
    ]);
  });

  it.each([
    ["success", false],
    ["cancelled", false],
    ["completed", false],
    ["canceled", false],
    ["none", true],
    ["paused", true],
  ])("takes a job in the state %s for running: %s", (state, running) => {
    expect(parseSlotMigrations([["name", "x", "state", state]])[0]?.running).toBe(running);
  });

  it("finds no job in anything else", () => {
    expect(parseSlotMigrations(null)).toEqual([]);
    expect(parseSlotMigrations([])).toEqual([]);
  });
});
