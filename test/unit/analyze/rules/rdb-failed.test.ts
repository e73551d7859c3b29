import { describe, expect, it } from "vitest";
import { rdbFailed } from "../../../../src/analyze/rules/rdb-failed.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const failed = (config: Record<string, string> = {}) =>
  redisNode({ persistence: { rdbLastBgsaveStatus: "err" }, config });
const failedReplica = (config: Record<string, string>) =>
  redisNode({ persistence: { rdbLastBgsaveStatus: "err" }, replication: { role: "replica" }, config });

describe("rdb-failed", () => {
  it("calls a failed save critical while it makes the server refuse writes", () => {
    const { findings } = judge(rdbFailed, failed(), { role: "cache" });
    expect(findings).toMatchObject([{ priority: "critical", issue: expect.stringContaining("refuses writes") }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "rdb_last_bgsave_status", value: "err" }),
    );
    expect(findings[0]?.commands).toMatchObject([{ argv: ["BGSAVE"] }]);
  });

  it("calls it high while the server goes on writing", () => {
    const node = failed({ "stop-writes-on-bgsave-error": "no" });
    expect(judge(rdbFailed, node).findings).toMatchObject([{ priority: "high", issue: rdbFailed.issue }]);
  });

  it("calls it high and claims no refused writes without save points", () => {
    expect(judge(rdbFailed, failed({ save: "" })).findings).toMatchObject([
      { priority: "high", issue: rdbFailed.issue },
    ]);
  });

  it("calls it low on a cache that goes on writing", () => {
    const node = failed({ "stop-writes-on-bgsave-error": "no" });
    expect(judge(rdbFailed, node, { role: "cache" }).findings).toMatchObject([{ priority: "low" }]);
  });

  it("calls it critical on a replica that would abort at the next write", () => {
    const node = failedReplica({ "replica-ignore-disk-write-errors": "no" });
    expect(judge(rdbFailed, node).findings).toMatchObject([
      { priority: "critical", issue: expect.stringContaining("the replica aborts") },
    ]);
  });

  it.each([{ "replica-ignore-disk-write-errors": "yes" }, {}])(
    "does not claim an abort on a replica that goes on applying writes: %o",
    (config) => {
      expect(judge(rdbFailed, failedReplica(config)).findings).toMatchObject([{ issue: rdbFailed.issue }]);
    },
  );

  it("needs no CONFIG to see that a save failed or did not", () => {
    const config = missing("not-permitted", "CONFIG is not permitted");
    const node = (rdbLastBgsaveStatus: string) => redisNode({ config, persistence: { rdbLastBgsaveStatus } });
    expect(judge(rdbFailed, node("err")).findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
    expect(judge(rdbFailed, node("ok")).outcome).toBe("healthy");
  });

  it("finds a successful save healthy", () => {
    expect(judge(rdbFailed, redisNode()).outcome).toBe("healthy");
  });

  it("cannot judge when INFO does not show the status", () => {
    expect(judge(rdbFailed, redisNode({ persistence: { rdbLastBgsaveStatus: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO persistence", () => {
    const node = redisNode({ persistence: missing("not-permitted", "INFO is not permitted") });
    expect(judge(rdbFailed, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
