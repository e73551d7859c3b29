import { describe, expect, it } from "vitest";
import { aofFsyncDelayed } from "../../../../src/analyze/rules/aof-fsync-delayed.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const fsync = (delayed: number, pending: number | null, basis: "sample" | "since-start" = "sample") =>
  redisNode({
    persistence: { aofEnabled: true, aofPendingBioFsync: pending },
    window: { basis, counters: { aof_delayed_fsync: delayed } },
  });

describe("aof-fsync-delayed", () => {
  it("reports one delayed fsync in the window", () => {
    const { findings } = judge(aofFsyncDelayed, fsync(1, 0));
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "aof_delayed_fsync", value: 1 }));
  });

  it("only notes a pending fsync alone, with low confidence", () => {
    expect(judge(aofFsyncDelayed, fsync(0, 1)).findings).toMatchObject([{ priority: "info", confidence: "low" }]);
  });

  it("finds no delayed and no pending fsync healthy", () => {
    expect(judge(aofFsyncDelayed, fsync(0, 0)).outcome).toBe("healthy");
  });

  it("calls delays since start information", () => {
    expect(judge(aofFsyncDelayed, fsync(9, 0, "since-start")).findings).toMatchObject([{ priority: "info" }]);
  });

  it("does not apply without AOF", () => {
    expect(judge(aofFsyncDelayed, redisNode()).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show pending fsyncs", () => {
    expect(judge(aofFsyncDelayed, fsync(1, null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge when INFO does not show whether the AOF is on", () => {
    expect(judge(aofFsyncDelayed, redisNode({ persistence: { aofEnabled: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without a window", () => {
    const node = redisNode({ window: missing("not-permitted", "INFO is not permitted") });
    expect(judge(aofFsyncDelayed, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
