import { describe, expect, it } from "vitest";
import { clusterViewsDiffer } from "../../../../src/analyze/rules/cluster-views-differ.js";
import { missing } from "../../../../src/model/fact.js";
import type { ClusterViewNode } from "../../../../src/model/facts.js";
import { changed, clusterOf, member, nodeId, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

/** Node p1 and p2 with the normal view, p3 with another. */
const withOddView = (view: ClusterViewNode[]) => [
  viewedBy("p1", sixMembers()),
  viewedBy("p2", sixMembers()),
  viewedBy("p3", view),
];

describe("cluster-views-differ", () => {
  it("reports disputed slots as high and shows each node's opinion", () => {
    const view = changed(sixMembers(), { p1: { slots: [[0, 99]] }, p2: { slots: [[100, 10922]] } });
    const { findings } = judge(clusterViewsDiffer, withOddView(view));
    expect(findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "disputed slots", value: "100-5460" }),
    );
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ node: "10.0.0.3:6379", fact: "owner of slot 100", value: "p2000000" }),
    );
  });

  it("reports a slot that one view leaves without an owner", () => {
    const view = changed(sixMembers(), { p3: { slots: [[10923, 16382]] } });
    const { findings } = judge(clusterViewsDiffer, withOddView(view));
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "disputed slots", value: "16383" }));
  });

  it("reports disputed roles as medium", () => {
    const view = changed(sixMembers(), { r4: { role: "replica", primaryId: nodeId("p2") } });
    const { findings } = judge(clusterViewsDiffer, withOddView(view));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ node: "10.0.0.3:6379", fact: "role of r4000000", value: "replica of p2000000" }),
    );
  });

  it("reports a member that one node does not know as medium, on that node", () => {
    const view = sixMembers().filter(({ id }) => id !== nodeId("r4"));
    const { findings } = judge(clusterViewsDiffer, withOddView(view));
    expect(findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.0.3:6379"], evidence: [{ fact: "unknown nodes", value: "r4000000" }] },
    ]);
  });

  it.each([["handshake"], ["noaddr"]])("does not take a %s entry for a disagreement", (flag) => {
    const joining = [...sixMembers(), member("x7", { flags: [flag] })];
    expect(judge(clusterViewsDiffer, withOddView(joining)).outcome).toBe("healthy");
  });

  it("does not miss a member that is in handshake here and settled there", () => {
    const settled = [...sixMembers(), member("x7")];
    const joining = [...sixMembers(), member("x7", { flags: ["handshake"] })];
    const nodes = [viewedBy("p1", settled), viewedBy("p2", joining)];
    expect(judge(clusterViewsDiffer, nodes).outcome).toBe("healthy");
  });

  it("finds agreeing nodes healthy, in whatever order they list each other", () => {
    const nodes = clusterOf(sixMembers());
    nodes[1] = viewedBy("p2", sixMembers().reverse());
    expect(judge(clusterViewsDiffer, nodes).outcome).toBe("healthy");
  });

  it("does not apply to a single node", () => {
    expect(judge(clusterViewsDiffer, viewedBy("p1", sixMembers())).outcome).toBe("not-applicable");
  });

  it("cannot judge when fewer than two nodes show their view", () => {
    const denied = redisNode({ clusterView: missing("not-permitted", "CLUSTER is not permitted") });
    const { judgements, findings } = judge(clusterViewsDiffer, [viewedBy("p1", sixMembers()), denied]);
    expect(findings).toEqual([]);
    expect(judgements.map(({ node, outcome }) => [node, outcome])).toEqual([
      ["10.0.0.5:6379", "cannot-judge"],
      [null, "cannot-judge"],
    ]);
  });
});
