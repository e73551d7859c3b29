import { describe, expect, it } from "vitest";
import { sentinelAnnouncedAddress } from "../../../../src/analyze/rules/sentinel-announced-address.js";
import { missing } from "../../../../src/model/fact.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-announced-address", () => {
  it("reports a replica that its primary has online and nobody reaches", () => {
    const group = literalGroup();
    group.change(1, { replication: missing("unreachable", "refused") });
    for (const { master } of group.sentinels)
      Object.assign(master.replicaList[0] ?? {}, {
        flags: ["slave", "s_down"],
        lastPingMs: 60_000,
        lastOkPingMs: 60_000,
      });
    const { findings } = judge(sentinelAnnouncedAddress, group.nodes());
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.2:6379"] }]);
    expect(findings[0]?.commands[0]).toMatchObject({ argv: ["CLIENT", "KILL", "TYPE", "replica"] });
  });

  it("reports a sentinel whose announcements come and whose address does not answer", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master.sentinelList[0] ?? {}, {
      flags: ["sentinel", "s_down"],
      lastHelloMs: 1_500,
      lastOkPingMs: 31_000,
    });
    expect(judge(sentinelAnnouncedAddress, group.nodes()).findings).toMatchObject([{ priority: "high" }]);
  });

  it("takes a sentinel that has just died for dead", () => {
    const group = literalGroup();
    const dead = { flags: ["sentinel", "s_down"], lastHelloMs: 4_900, lastOkPingMs: 5_300 };
    Object.assign((group.sentinels[0] as LiteralSentinel).master.sentinelList[0] ?? {}, dead);
    expect(judge(sentinelAnnouncedAddress, group.nodes()).findings).toEqual([]);
  });

  it("takes a replica that its primary has lost for dead", () => {
    const group = literalGroup();
    group.change(1, { replication: missing("unreachable", "refused") });
    group.change(0, { replication: { connectedReplicas: 0, replicas: [] } });
    for (const { master } of group.sentinels)
      Object.assign(master.replicaList[0] ?? {}, { flags: ["slave", "s_down"] });
    expect(judge(sentinelAnnouncedAddress, group.nodes()).outcome).toBe("cannot-judge");
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelAnnouncedAddress, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelAnnouncedAddress, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe(
      "healthy",
    );
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelAnnouncedAddress, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
