import { describe, expect, it } from "vitest";
import { sentinelTilt } from "../../../../src/analyze/rules/sentinel-tilt.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-tilt", () => {
  it("reports a sentinel in TILT", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).facts.tilt = true;
    expect(judge(sentinelTilt, group.nodes()).findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelTilt, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelTilt, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });
  it("cannot judge without sentinel_tilt", () => {
    const group = literalGroup({ sentinels: 1 });
    for (const { facts } of group.sentinels) facts.tilt = null;
    expect(judge(sentinelTilt, group.nodes()).outcome).toBe("cannot-judge");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelTilt, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
