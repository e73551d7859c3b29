import { describe, expect, it } from "vitest";
import { sentinelHostLoss } from "../../../../src/analyze/rules/sentinel-host-loss.js";
import { missing } from "../../../../src/model/fact.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-host-loss", () => {
  it("reports a host that takes the majority with it, and as high when the master is there too", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).node.address = "10.0.1.1:26380";
    for (const { master } of group.sentinels)
      for (const entry of master.sentinelList) if (entry.runId.startsWith("3")) entry.address = "10.0.1.1:26380";
    expect(judge(sentinelHostLoss, group.nodes()).findings).toMatchObject([{ priority: "medium" }]);
    const withMaster = judge(sentinelHostLoss, group.nodes(), {
      zones: { "10.0.1.1": "a", "10.0.0.1": "a", "10.0.0.2": "b" },
    });
    expect(withMaster.findings.map(({ priority }) => priority)).toEqual(["high", "medium"]);
    expect(withMaster.findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "without zone a: sentinels left of 2 needed", value: 1 }),
    );
  });

  it("reports a zone with the master and every replica", () => {
    const zones = { "10.0.0.1": "a", "10.0.0.2": "a", "10.0.1.1": "b" };
    expect(judge(sentinelHostLoss, literalGroup().nodes(), { zones }).findings).toMatchObject([{ priority: "high" }]);
  });

  it("counts a stale sentinel as a voter that is missing", () => {
    const group = literalGroup();
    for (const { master } of group.sentinels)
      master.sentinelList.push({ ...master.sentinelList[0], runId: "9".repeat(40), address: "10.0.1.3:0" } as never);
    expect(judge(sentinelHostLoss, group.nodes()).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("says nothing of what is lost already without a loss", () => {
    const group = literalGroup();
    for (const { master } of group.sentinels) master.quorum = 4;
    group.change(1, { replication: { priority: 0 } });
    expect(judge(sentinelHostLoss, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelHostLoss, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelHostLoss, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a replica that did not answer would have said", () => {
    const group = literalGroup();
    group.change(1, { replication: missing("unreachable", "refused") });
    expect(judge(sentinelHostLoss, group.nodes()).outcome).toBe("cannot-judge");
  });
});
