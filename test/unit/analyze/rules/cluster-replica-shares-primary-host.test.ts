import { describe, expect, it } from "vitest";
import { clusterReplicaSharesPrimaryHost } from "../../../../src/analyze/rules/cluster-replica-shares-primary-host.js";
import { missing } from "../../../../src/model/fact.js";
import { changed, clusterOf, member, nodeId, sixMembers } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const second = member("r7", { role: "replica", primaryId: nodeId("p1") });
const beside = changed([...sixMembers(), second], { r4: { host: "10.0.0.1", port: 6380 } });

describe("cluster-replica-shares-primary-host", () => {
  it("reports a replica beside its primary while another is elsewhere", () => {
    const { findings } = judge(clusterReplicaSharesPrimaryHost, clusterOf(beside));
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.0.1:6380"] }]);
    const test = judge(clusterReplicaSharesPrimaryHost, clusterOf(beside), { labels: { env: "test" } });
    expect(test.findings).toMatchObject([{ priority: "info" }]);
  });

  it("leaves a primary whose only replica is beside it to cluster-primaries-share-host", () => {
    const view = changed(sixMembers(), { r4: { host: "10.0.0.1", port: 6380 } });
    expect(judge(clusterReplicaSharesPrimaryHost, clusterOf(view)).outcome).toBe("healthy");
  });

  it("is healthy with every replica elsewhere", () => {
    expect(judge(clusterReplicaSharesPrimaryHost, clusterOf(sixMembers())).outcome).toBe("healthy");
  });

  it("is not applicable without replicas, and with all on one host", () => {
    expect(judge(clusterReplicaSharesPrimaryHost, clusterOf(sixMembers().slice(0, 3))).outcome).toBe("not-applicable");
    const oneHost = sixMembers().map((entry, index) => ({ ...entry, host: "127.0.0.1", port: 7000 + index }));
    expect(judge(clusterReplicaSharesPrimaryHost, clusterOf(oneHost)).outcome).toBe("not-applicable");
  });

  it("cannot judge nodes that do not show their view", () => {
    const node = redisNode({ clusterView: missing("not-permitted", "NOPERM") });
    expect(judge(clusterReplicaSharesPrimaryHost, node).outcome).toBe("cannot-judge");
  });
});
