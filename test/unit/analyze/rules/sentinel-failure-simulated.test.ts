import { describe, expect, it } from "vitest";
import { sentinelFailureSimulated } from "../../../../src/analyze/rules/sentinel-failure-simulated.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-failure-simulated", () => {
  it("reports flags of SIMULATE-FAILURE", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).facts.simulateFailureFlags = 1;
    expect(judge(sentinelFailureSimulated, group.nodes()).findings).toMatchObject([
      { priority: "high", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelFailureSimulated, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelFailureSimulated, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe(
      "healthy",
    );
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelFailureSimulated, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
