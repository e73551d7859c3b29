import { describe, expect, it } from "vitest";
import { sentinelQuorumLow } from "../../../../src/analyze/rules/sentinel-quorum-low.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-quorum-low", () => {
  it.each([
    [5, 1, "medium"],
    [5, 2, "low"],
  ])("reports of %i sentinels a quorum of %i as %s", (sentinels, quorum, priority) => {
    const group = literalGroup({ sentinels });
    for (const { master } of group.sentinels) master.quorum = quorum;
    expect(judge(sentinelQuorumLow, group.nodes()).findings).toMatchObject([{ priority }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelQuorumLow, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelQuorumLow, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelQuorumLow, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
