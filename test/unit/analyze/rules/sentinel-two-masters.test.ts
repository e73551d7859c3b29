import { describe, expect, it } from "vitest";
import { sentinelTwoMasters } from "../../../../src/analyze/rules/sentinel-two-masters.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-two-masters", () => {
  it("reports two masters, and lets the one that is not named follow the other", () => {
    const group = literalGroup();
    group.change(1, { replication: { role: "primary" } });
    const { findings } = judge(sentinelTwoMasters, group.nodes());
    expect(findings).toMatchObject([{ priority: "critical", nodes: ["10.0.0.1:6379", "10.0.0.2:6379"] }]);
    expect(findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.0.2:6379", argv: ["REPLICAOF", "10.0.0.1", "6379"] },
    ]);
  });

  it("does not take the master of a sentinel that watches something else for one of this group", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).master.address = "10.0.0.9:6379";
    (group.sentinels[2] as LiteralSentinel).master.replicaList = [];
    const stray = literalGroup({ replicas: 0 }).primary;
    const nodes = [...group.nodes(), { ...stray, node: { ...stray.node, address: "10.0.0.9:6379" } }];
    expect(judge(sentinelTwoMasters, nodes).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelTwoMasters, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelTwoMasters, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelTwoMasters, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
