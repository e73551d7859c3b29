import { describe, expect, it } from "vitest";
import { sentinelFailoverRunning } from "../../../../src/analyze/rules/sentinel-failover-running.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-failover-running", () => {
  it("reports a failover that a sentinel carries out", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).master.flags = ["master", "o_down", "failover_in_progress"];
    expect(judge(sentinelFailoverRunning, group.nodes()).findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelFailoverRunning, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelFailoverRunning, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelFailoverRunning, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
