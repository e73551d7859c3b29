import { describe, expect, it } from "vitest";
import { sentinelDuplicateId } from "../../../../src/analyze/rules/sentinel-duplicate-id.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup, sentinelId } from "../../../support/literal-sentinels.js";

describe("sentinel-duplicate-id", () => {
  it("reports two sentinels with one id", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).views.myId = sentinelId(0);
    expect(judge(sentinelDuplicateId, group.nodes()).findings).toMatchObject([
      { priority: "high", confidence: "high", nodes: ["10.0.1.1:26379", "10.0.1.3:26379"] },
    ]);
  });

  it("infers it where ids are not told, from two that ignore each other and know a third", () => {
    const group = literalGroup();
    for (const { views } of group.sentinels) views.myId = null;
    const [first, second, third] = group.sentinels as [LiteralSentinel, LiteralSentinel, LiteralSentinel];
    first.master.sentinelList = first.master.sentinelList.filter(({ address }) => address !== third.node.address);
    third.master.sentinelList = third.master.sentinelList.filter(({ address }) => address !== first.node.address);
    second.master.sentinelList = second.master.sentinelList.filter(({ address }) => address !== third.node.address);
    expect(judge(sentinelDuplicateId, group.nodes()).findings).toMatchObject([
      { priority: "high", confidence: "medium", nodes: ["10.0.1.1:26379", "10.0.1.3:26379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelDuplicateId, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelDuplicateId, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelDuplicateId, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
