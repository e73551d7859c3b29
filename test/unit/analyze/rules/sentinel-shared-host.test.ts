import { describe, expect, it } from "vitest";
import { sentinelSharedHost } from "../../../../src/analyze/rules/sentinel-shared-host.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-shared-host", () => {
  it("reports two sentinels on one host, in a test environment as info", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).node.address = "10.0.1.1:26380";
    expect(judge(sentinelSharedHost, group.nodes()).findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.1.1:26379", "10.0.1.1:26380"] },
    ]);
    expect(judge(sentinelSharedHost, group.nodes(), { labels: { env: "test" } }).findings).toMatchObject([
      { priority: "info" },
    ]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelSharedHost, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelSharedHost, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelSharedHost, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
