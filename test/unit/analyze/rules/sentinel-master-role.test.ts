import { describe, expect, it } from "vitest";
import { sentinelMasterRole } from "../../../../src/analyze/rules/sentinel-master-role.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-master-role", () => {
  it("reports a named master that is a replica, and who is the master", () => {
    const group = literalGroup();
    group.change(0, { replication: { role: "replica", primaryAddress: "10.0.0.2:6379" } });
    group.change(1, { replication: { role: "primary" } });
    const { findings } = judge(sentinelMasterRole, group.nodes());
    expect(findings).toMatchObject([{ priority: "critical", nodes: ["10.0.0.1:6379", "10.0.0.2:6379"] }]);
  });

  it("waits while a failover is in progress", () => {
    const group = literalGroup();
    group.change(0, { replication: { role: "replica" } });
    (group.sentinels[0] as LiteralSentinel).master.flags = ["master", "failover_in_progress"];
    expect(judge(sentinelMasterRole, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelMasterRole, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelMasterRole, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelMasterRole, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
