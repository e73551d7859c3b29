import { describe, expect, it } from "vitest";
import { sentinelNoQuorum } from "../../../../src/analyze/rules/sentinel-no-quorum.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-no-quorum", () => {
  it("reports what SENTINEL CKQUORUM says", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).master.quorumCheck =
      "NOQUORUM 1 usable Sentinels. Not enough available Sentinels";
    expect(judge(sentinelNoQuorum, group.nodes()).findings).toMatchObject([
      { priority: "critical", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("leaves a quorum above the number of sentinels to its own rule", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master, {
      quorum: 4,
      quorumCheck: "NOQUORUM 3 usable Sentinels.",
    });
    expect(judge(sentinelNoQuorum, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelNoQuorum, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelNoQuorum, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelNoQuorum, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
