import { describe, expect, it } from "vitest";
import { aofFailed } from "../../../../src/analyze/rules/aof-failed.js";
import { missing } from "../../../../src/model/fact.js";
import type { PersistenceFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const aof = (persistence: Partial<PersistenceFacts>) =>
  redisNode({ persistence: { aofEnabled: true, ...persistence } });

describe("aof-failed", () => {
  it("calls a failed write critical, also on a cache", () => {
    const { findings } = judge(aofFailed, aof({ aofLastWriteStatus: "err" }), { role: "cache" });
    expect(findings).toMatchObject([{ priority: "critical" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "aof_last_write_status", value: "err" }),
    );
  });

  it("calls a failed rewrite critical and gives the command that repeats it", () => {
    expect(judge(aofFailed, aof({ aofLastBgrewriteStatus: "err" })).findings).toMatchObject([
      {
        priority: "critical",
        evidence: [{ fact: "aof_last_bgrewrite_status", value: "err" }],
        commands: [{ argv: ["BGREWRITEAOF"] }],
      },
    ]);
  });

  it("calls a failed rewrite medium on a cache", () => {
    const node = aof({ aofLastBgrewriteStatus: "err" });
    expect(judge(aofFailed, node, { role: "cache" }).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("finds a working AOF healthy", () => {
    expect(judge(aofFailed, aof({})).outcome).toBe("healthy");
  });

  it("does not apply without AOF", () => {
    expect(judge(aofFailed, aof({ aofEnabled: false, aofLastBgrewriteStatus: "err" })).outcome).toBe("not-applicable");
  });

  it.each([{ aofEnabled: null }, { aofLastWriteStatus: null }, { aofLastBgrewriteStatus: null }])(
    "cannot judge when INFO does not show %o",
    (persistence) => {
      expect(judge(aofFailed, aof(persistence)).outcome).toBe("cannot-judge");
    },
  );

  it("cannot judge without INFO persistence", () => {
    const node = redisNode({ persistence: missing("not-permitted", "INFO is not permitted") });
    expect(judge(aofFailed, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
