import { describe, expect, it } from "vitest";
import { noReplica } from "../../../../src/analyze/rules/no-replica.js";
import { known, missing } from "../../../../src/model/fact.js";
import { nodeId, sixMembers } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const alone = (mode: "standalone" | "cluster" = "standalone", keys = 1) =>
  redisNode({ server: { mode }, keyspace: { keys }, replication: { connectedReplicas: 0, replicas: [] } });

describe("no-replica", () => {
  it("calls a primary with data and no replica information", () => {
    const { findings } = judge(noReplica, alone());
    expect(findings).toMatchObject([{ priority: "info" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "connected_slaves", value: 0 }));
  });

  it("calls it high in a cluster that has a replica for it, or does not show its members", () => {
    const unseen = alone("cluster");
    unseen.facts.clusterView = missing("not-permitted", "CLUSTER NODES is refused");
    const lost = alone("cluster");
    lost.facts.clusterView = known({ myId: nodeId("p1"), nodes: sixMembers() });
    for (const node of [unseen, lost]) expect(judge(noReplica, node).findings).toMatchObject([{ priority: "high" }]);
  });

  it("leaves a primary that the cluster has no replica for to the cluster's own rule", () => {
    const verdict = judge(noReplica, alone("cluster"));
    expect(verdict.outcome).toBe("not-applicable");
    expect(verdict.reason).toContain("cluster-primary-without-replica");
  });

  it.each(["standalone", "cluster"] as const)("finds an empty %s primary healthy", (mode) => {
    expect(judge(noReplica, alone(mode, 0)).outcome).toBe("healthy");
  });

  it("finds a primary with a replica healthy", () => {
    expect(judge(noReplica, redisNode()).outcome).toBe("healthy");
  });

  it.each(["dev", "test", "local"])("does not apply in %s", (env) => {
    expect(judge(noReplica, alone("cluster"), { labels: { env } }).outcome).toBe("not-applicable");
  });

  it("applies in prod", () => {
    expect(judge(noReplica, alone(), { labels: { env: "prod" } }).outcome).toBe("finding");
  });

  it("does not apply to a replica", () => {
    const node = redisNode({ replication: { role: "replica", connectedReplicas: 0 } });
    expect(judge(noReplica, node).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show connected_slaves", () => {
    expect(judge(noReplica, redisNode({ replication: { connectedReplicas: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO keyspace", () => {
    const node = redisNode({ keyspace: missing("not-permitted", "INFO is not permitted") });
    expect(judge(noReplica, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
