import { describe, expect, it } from "vitest";
import { sentinelFailoverFailed } from "../../../../src/analyze/rules/sentinel-failover-failed.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-failover-failed", () => {
  it("reports votes of a later epoch than the master's", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master.sentinelList[0] ?? {}, { votedEpoch: 4 });
    expect(judge(sentinelFailoverFailed, group.nodes()).findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("waits for the end of one that runs", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master.sentinelList[0] ?? {}, { votedEpoch: 4 });
    (group.sentinels[0] as LiteralSentinel).master.flags = ["master", "failover_in_progress"];
    expect(judge(sentinelFailoverFailed, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelFailoverFailed, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelFailoverFailed, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelFailoverFailed, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
