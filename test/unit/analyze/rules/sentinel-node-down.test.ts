import { describe, expect, it } from "vitest";
import { sentinelNodeDown } from "../../../../src/analyze/rules/sentinel-node-down.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-node-down", () => {
  it.each([
    [["master", "s_down", "o_down"], "critical"],
    [["master", "s_down"], "high"],
  ])("reports a master with the flags %j as %s", (flags, priority) => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master, { flags, lastPingMs: 60_000, lastOkPingMs: 60_000 });
    expect(judge(sentinelNodeDown, group.nodes()).findings).toMatchObject([{ priority, nodes: ["10.0.0.1:6379"] }]);
  });

  it("reports a replica that is held for down as medium", () => {
    const group = literalGroup();
    const down = { flags: ["slave", "s_down"], lastPingMs: 60_000, lastOkPingMs: 60_000 };
    Object.assign((group.sentinels[0] as LiteralSentinel).master.replicaList[0] ?? {}, down);
    expect(judge(sentinelNodeDown, group.nodes()).findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.0.2:6379"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelNodeDown, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelNodeDown, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelNodeDown, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
