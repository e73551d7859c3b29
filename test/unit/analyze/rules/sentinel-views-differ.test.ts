import { describe, expect, it } from "vitest";
import { sentinelViewsDiffer } from "../../../../src/analyze/rules/sentinel-views-differ.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-views-differ", () => {
  it("reports a sentinel that names another master, and lets it watch that of the others", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).master.address = "10.0.0.9:6379";
    const { findings } = judge(sentinelViewsDiffer, group.nodes());
    expect(findings).toMatchObject([{ priority: "high" }]);
    expect(findings[0]?.commands).toMatchObject([
      { node: "10.0.1.3:26379", argv: ["SENTINEL", "REMOVE", "mymaster"] },
      { node: "10.0.1.3:26379", argv: ["SENTINEL", "MONITOR", "mymaster", "10.0.0.1", "6379", "2"] },
      { argv: ["SENTINEL", "SET", "mymaster", "down-after-milliseconds", "30000"] },
    ]);
  });

  it("reports another epoch for the same master as medium", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).master.configEpoch = 0;
    expect(judge(sentinelViewsDiffer, group.nodes()).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelViewsDiffer, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelViewsDiffer, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelViewsDiffer, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
