import { describe, expect, it } from "vitest";
import { sentinelNoPromotableReplica } from "../../../../src/analyze/rules/sentinel-no-promotable-replica.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-no-promotable-replica", () => {
  it.each([
    ["flags", ["slave", "s_down"]],
    ["flags", ["slave", "disconnected"]],
    ["lastOkPingMs", 5_001],
    ["infoRefreshMs", 30_001],
    ["linkDownMs", 300_001],
  ] as const)("reports that the only replica's %s are %j", (field, value) => {
    const group = literalGroup();
    for (const { master } of group.sentinels) Object.assign(master.replicaList[0] ?? {}, { [field]: value });
    expect(judge(sentinelNoPromotableReplica, group.nodes()).findings).toMatchObject([
      { priority: "high", nodes: ["10.0.0.2:6379"] },
    ]);
  });

  it("reports priority 0 by the replica's own word, with the command that raises it", () => {
    const group = literalGroup();
    group.change(1, { replication: { priority: 0 } });
    const { findings } = judge(sentinelNoPromotableReplica, group.nodes());
    expect(findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.0.2:6379", argv: ["CONFIG", "SET", "replica-priority", "100"] },
    ]);
  });

  it("reports a master without replicas", () => {
    const { findings } = judge(sentinelNoPromotableReplica, literalGroup({ replicas: 0 }).nodes());
    expect(findings).toMatchObject([{ priority: "high", issue: expect.stringContaining("no replica") as string }]);
  });

  it("is content when a majority of the sentinels would take one", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[2] as LiteralSentinel).master.replicaList[0] ?? {}, { flags: ["slave", "s_down"] });
    expect(judge(sentinelNoPromotableReplica, group.nodes()).outcome).toBe("healthy");
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelNoPromotableReplica, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelNoPromotableReplica, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe(
      "healthy",
    );
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelNoPromotableReplica, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
