import { describe, expect, it } from "vitest";
import { rdbStale } from "../../../../src/analyze/rules/rdb-stale.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const hoursAgo = (hours: number) => Date.parse("2026-11-20T12:00:00Z") / 1_000 - hours * 3_600;
const saved = (hours: number, changes: number | null = 1) =>
  redisNode({ persistence: { rdbLastSaveTime: hoursAgo(hours), rdbChangesSinceLastSave: changes } });

describe("rdb-stale", () => {
  it("reports changes that are older than 48 hours and the command that saves them", () => {
    const { findings } = judge(rdbStale, saved(49, 12));
    expect(findings).toMatchObject([{ priority: "high", commands: [{ argv: ["BGSAVE"] }] }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "rdb_last_save_time age", value: 49 * 3_600, unit: "seconds" }),
    );
  });

  it("finds a save of exactly 48 hours ago healthy", () => {
    expect(judge(rdbStale, saved(48)).outcome).toBe("healthy");
  });

  it("finds an old save without changes since healthy", () => {
    expect(judge(rdbStale, saved(500, 0)).outcome).toBe("healthy");
  });

  it("matters little to a cache", () => {
    expect(judge(rdbStale, saved(49), { role: "cache" }).findings).toMatchObject([{ priority: "low" }]);
  });

  it("does not ask for a save while one is running", () => {
    const node = redisNode({
      persistence: { rdbLastSaveTime: hoursAgo(49), rdbChangesSinceLastSave: 1, rdbBgsaveInProgress: true },
    });
    expect(judge(rdbStale, node).findings).toMatchObject([{ commands: [] }]);
  });

  it("does not apply without save points", () => {
    expect(judge(rdbStale, redisNode({ config: { save: "" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show the changes", () => {
    expect(judge(rdbStale, saved(49, null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(rdbStale, node)).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG is not permitted" });
  });
});
