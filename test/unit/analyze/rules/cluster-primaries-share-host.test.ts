import { describe, expect, it } from "vitest";
import { clusterPrimariesShareHost } from "../../../../src/analyze/rules/cluster-primaries-share-host.js";
import { missing } from "../../../../src/model/fact.js";
import type { ClusterViewNode } from "../../../../src/model/facts.js";
import { changed, clusterOf, member, nodeId, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const cluster = (changes: Record<string, Partial<ClusterViewNode>>) => clusterOf(changed(sixMembers(), changes));
const twoTogether = cluster({ p2: { host: "10.0.0.1", port: 6380 } });

/** p1 and p2 on one host among `count` primaries, each other one on its own. */
function primaries(count: number): ClusterViewNode[] {
  return Array.from({ length: count }, (_, index) =>
    member(`p${index + 1}`, {
      host: index === 1 ? "10.0.0.1" : `10.0.0.${index + 1}`,
      port: 6379 + index,
      slots: [[index, index]],
    }),
  );
}

describe("cluster-primaries-share-host", () => {
  it("reports a host with the majority of primaries as high", () => {
    const { findings } = judge(clusterPrimariesShareHost, twoTogether);
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.1:6379", "10.0.0.1:6380"] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "host", value: "10.0.0.1" }));
  });

  it.each([
    [4, "high"],
    [5, "medium"],
  ])("reports two of %i primaries on one host as %s", (count, priority) => {
    expect(judge(clusterPrimariesShareHost, clusterOf(primaries(count))).findings).toMatchObject([{ priority }]);
  });

  it("reports a primary whose only replica is beside it as high", () => {
    const { findings } = judge(clusterPrimariesShareHost, cluster({ r4: { host: "10.0.0.1", port: 6380 } }));
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.1:6379"] }]);
  });

  it("accepts a replica beside its primary when another is elsewhere", () => {
    const view = changed([...sixMembers(), member("r7", { role: "replica", primaryId: nodeId("p1") })], {
      r4: { host: "10.0.0.1", port: 6380 },
    });
    expect(judge(clusterPrimariesShareHost, clusterOf(view)).outcome).toBe("healthy");
  });

  it.each([
    ["127.0.0.1", {}, "info"],
    ["10.0.0.1", { env: "dev" }, "info"],
    ["10.0.0.1", {}, "high"],
  ])("reports a whole cluster on %s with the labels %j once, as %s", (host, labels, priority) => {
    const view = sixMembers().map((entry, index) => ({ ...entry, host, port: 7000 + index }));
    expect(judge(clusterPrimariesShareHost, clusterOf(view), { labels }).findings).toMatchObject([{ priority }]);
  });

  it("relaxes to info outside production", () => {
    const target = { labels: { env: "test" } };
    expect(judge(clusterPrimariesShareHost, twoTogether, target).findings).toMatchObject([{ priority: "info" }]);
  });

  it("learns a node's host from its peers when it does not know its own", () => {
    const nodes = [viewedBy("p1", changed(sixMembers(), { p1: { host: "" } })), viewedBy("p2", sixMembers())];
    expect(judge(clusterPrimariesShareHost, nodes).outcome).toBe("healthy");
  });

  it("finds spread primaries healthy and does not apply to one primary", () => {
    expect(judge(clusterPrimariesShareHost, cluster({})).outcome).toBe("healthy");
    expect(judge(clusterPrimariesShareHost, clusterOf(primaries(1))).outcome).toBe("not-applicable");
  });

  it("cannot judge without CLUSTER NODES", () => {
    const denied = redisNode({ clusterView: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterPrimariesShareHost, denied).outcome).toBe("cannot-judge");
  });
});
