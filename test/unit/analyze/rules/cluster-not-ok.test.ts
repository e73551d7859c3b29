import { describe, expect, it } from "vitest";
import { clusterNotOk } from "../../../../src/analyze/rules/cluster-not-ok.js";
import { missing } from "../../../../src/model/fact.js";
import type { ClusterInfoFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const cluster = (clusterInfo: Partial<ClusterInfoFacts>) => judge(clusterNotOk, redisNode({ clusterInfo }));

describe("cluster-not-ok", () => {
  it.each([
    [{ state: "fail" }, "cluster_state", "fail"],
    [{ slotsFail: 1 }, "cluster_slots_fail", 1],
    [{ slotsAssigned: 16_383 }, "cluster_slots_assigned", 16_383],
  ])("reports %j as critical", (clusterInfo, fact, value) => {
    const { findings } = cluster(clusterInfo);
    expect(findings).toMatchObject([{ priority: "critical" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact, value }));
  });

  it("says so when the node never joined a cluster", () => {
    const { findings } = cluster({ state: "fail", slotsAssigned: 0, slotsOk: 0, knownNodes: 1 });
    expect(findings).toMatchObject([{ issue: "Node runs in cluster mode but belongs to no cluster" }]);
  });

  it("finds a cluster with all slots served healthy", () => {
    expect(cluster({}).outcome).toBe("healthy");
  });

  it("cannot judge without the slot counts, unless the state already tells", () => {
    expect(cluster({ slotsFail: null }).outcome).toBe("cannot-judge");
    expect(cluster({ slotsAssigned: null }).outcome).toBe("cannot-judge");
    expect(cluster({ state: "fail", slotsFail: null }).outcome).toBe("finding");
  });

  it("cannot judge without CLUSTER INFO, and does not apply outside a cluster", () => {
    const denied = redisNode({ clusterInfo: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterNotOk, denied)).toMatchObject({ outcome: "cannot-judge", reason: "CLUSTER is not permitted" });
    const standalone = redisNode({ clusterInfo: missing("not-supported", "not a cluster") });
    expect(judge(clusterNotOk, standalone).outcome).toBe("not-applicable");
  });
});
