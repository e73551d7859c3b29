import { describe, expect, it } from "vitest";
import { sentinelUnknownPeer } from "../../../../src/analyze/rules/sentinel-unknown-peer.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup, sentinelId } from "../../../support/literal-sentinels.js";

describe("sentinel-unknown-peer", () => {
  it("reports sentinels that do not know each other", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).master.sentinelList = (
      group.sentinels[0] as LiteralSentinel
    ).master.sentinelList.slice(0, 1);
    const { findings } = judge(sentinelUnknownPeer, group.nodes());
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.1.1:26379"] }]);
  });

  it("reports one that others count on and that does not watch the master", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[2] as LiteralSentinel).views, { names: [], masters: [] });
    const { findings } = judge(sentinelUnknownPeer, group.nodes());
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.1.3:26379"] }]);
    expect(findings[0]?.commands).toMatchObject([
      { argv: ["SENTINEL", "MONITOR", "mymaster", "10.0.0.1", "6379", "2"] },
    ]);
  });

  it("leaves two with one id to the rule that says so", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).views.myId = sentinelId(0);
    (group.sentinels[0] as LiteralSentinel).master.sentinelList = (
      group.sentinels[0] as LiteralSentinel
    ).master.sentinelList.slice(0, 1);
    expect(judge(sentinelUnknownPeer, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelUnknownPeer, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelUnknownPeer, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelUnknownPeer, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
