import { describe, expect, it } from "vitest";
import { clusterPrimaryWithoutReplica } from "../../../../src/analyze/rules/cluster-primary-without-replica.js";
import { missing } from "../../../../src/model/fact.js";
import { changed, clusterOf, member, nodeId, sixMembers } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const withoutR4 = clusterOf(sixMembers().filter(({ id }) => id !== nodeId("r4")));

describe("cluster-primary-without-replica", () => {
  it("reports a bare primary as high", () => {
    const { findings } = judge(clusterPrimaryWithoutReplica, withoutR4);
    expect(findings).toMatchObject([
      { priority: "high", nodes: ["10.0.0.1:6379"], evidence: [{ fact: "healthy replicas", value: 0 }], commands: [] },
    ]);
  });

  it("counts a failed replica as none", () => {
    const view = changed(sixMembers(), { r4: { flags: ["slave", "fail"] } });
    const nodes = clusterOf(view).filter(({ node }) => node.address !== "10.0.0.4:6379");
    expect(judge(clusterPrimaryWithoutReplica, nodes).findings).toMatchObject([{ nodes: ["10.0.0.1:6379"] }]);
  });

  it("suggests a spare replica of another primary, and is content once that follows", () => {
    const spare = [...sixMembers(), member("r7", { role: "replica", primaryId: nodeId("p2") })];
    const bare = spare.filter(({ id }) => id !== nodeId("r4"));
    expect(judge(clusterPrimaryWithoutReplica, clusterOf(bare)).findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.0.7:6379", argv: ["CLUSTER", "REPLICATE", nodeId("p1")] },
    ]);
    const mended = changed(bare, { r7: { primaryId: nodeId("p1") } });
    expect(judge(clusterPrimaryWithoutReplica, clusterOf(mended)).outcome).toBe("healthy");
  });

  it.each([
    [{ role: "cache" as const }, "medium"],
    [{ labels: { env: "dev" } }, "info"],
    [{ labels: { env: "prod" } }, "high"],
  ])("weighs it for %j as %s", (target, priority) => {
    expect(judge(clusterPrimaryWithoutReplica, withoutR4, target).findings).toMatchObject([{ priority }]);
  });

  it("finds a replica for each primary healthy, and asks none of a primary without slots", () => {
    expect(judge(clusterPrimaryWithoutReplica, clusterOf(sixMembers())).outcome).toBe("healthy");
    const newcomer = clusterOf([...sixMembers(), member("p7")]);
    expect(judge(clusterPrimaryWithoutReplica, newcomer).outcome).toBe("healthy");
  });

  it("cannot judge without CLUSTER NODES", () => {
    const denied = redisNode({ clusterView: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterPrimaryWithoutReplica, denied).outcome).toBe("cannot-judge");
  });
});
