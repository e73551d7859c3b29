import { describe, expect, it } from "vitest";
import { sentinelScriptsPending } from "../../../../src/analyze/rules/sentinel-scripts-pending.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-scripts-pending", () => {
  it("reports scripts that wait", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).views.pendingScripts = 17;
    expect(judge(sentinelScriptsPending, group.nodes()).findings).toMatchObject([
      { priority: "low", nodes: ["10.0.1.1:26379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelScriptsPending, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelScriptsPending, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelScriptsPending, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
