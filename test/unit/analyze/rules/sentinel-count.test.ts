import { describe, expect, it } from "vitest";
import { sentinelCount } from "../../../../src/analyze/rules/sentinel-count.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-count", () => {
  it.each([
    [1, "medium"],
    [2, "medium"],
    [4, "low"],
    [6, "low"],
  ])("reports %i sentinels as %s", (sentinels, priority) => {
    expect(judge(sentinelCount, literalGroup({ sentinels }).nodes()).findings).toMatchObject([{ priority }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelCount, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelCount, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelCount, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
