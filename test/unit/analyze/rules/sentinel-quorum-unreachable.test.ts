import { describe, expect, it } from "vitest";
import { sentinelQuorumUnreachable } from "../../../../src/analyze/rules/sentinel-quorum-unreachable.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-quorum-unreachable", () => {
  it("reports a quorum above the sentinels that are known, with the command that sets a majority", () => {
    const group = literalGroup();
    (group.sentinels[0] as LiteralSentinel).master.quorum = 4;
    const { findings } = judge(sentinelQuorumUnreachable, group.nodes());
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.1.1:26379"] }]);
    expect(findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.1.1:26379", argv: ["SENTINEL", "SET", "mymaster", "quorum", "2"] },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelQuorumUnreachable, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelQuorumUnreachable, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe(
      "healthy",
    );
  });
  it("leaves a quorum of all sentinels alone", () => {
    const group = literalGroup();
    for (const { master } of group.sentinels) master.quorum = 3;
    expect(judge(sentinelQuorumUnreachable, group.nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelQuorumUnreachable, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
