import { describe, expect, it } from "vitest";
import { sentinelSettingsDrift } from "../../../../src/analyze/rules/sentinel-settings-drift.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-settings-drift", () => {
  it.each([
    ["quorum", "quorum"],
    ["downAfterMs", "down-after-milliseconds"],
    ["failoverTimeoutMs", "failover-timeout"],
    ["parallelSyncs", "parallel-syncs"],
  ] as const)("reports %s that differs on one sentinel, and sets what most have", (field, setting) => {
    const group = literalGroup();
    const usual = (group.sentinels[0] as LiteralSentinel).master[field];
    (group.sentinels[2] as LiteralSentinel).master[field] = 7;
    const { findings } = judge(sentinelSettingsDrift, group.nodes());
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.1.3:26379", argv: ["SENTINEL", "SET", "mymaster", setting, String(usual)] },
    ]);
  });

  it("reports names on one sentinel and addresses on the others", () => {
    const group = literalGroup();
    for (const { views } of group.sentinels) views.settings = { "resolve-hostnames": "no" };
    (group.sentinels[2] as LiteralSentinel).views.settings = { "resolve-hostnames": "yes" };
    const { findings } = judge(sentinelSettingsDrift, group.nodes());
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.1.3:26379"] }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelSettingsDrift, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelSettingsDrift, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });
  it("does not apply to one sentinel", () => {
    expect(judge(sentinelSettingsDrift, literalGroup({ sentinels: 1 }).nodes()).outcome).toBe("not-applicable");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelSettingsDrift, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
