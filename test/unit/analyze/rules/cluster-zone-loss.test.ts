import { describe, expect, it } from "vitest";
import { clusterZoneLoss } from "../../../../src/analyze/rules/cluster-zone-loss.js";
import { missing } from "../../../../src/model/fact.js";
import { clusterOf, member, nodeId, sixMembers } from "../../../support/cluster-views.js";
import { redisNode, withFacts } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

/** Zone of each host, 10.0.0.1 first. */
function zonesOf(...zones: string[]): { zones: Record<string, string> } {
  return { zones: Object.fromEntries(zones.map((zone, index) => [`10.0.0.${index + 1}`, zone])) };
}
const judged = (...zones: string[]) => judge(clusterZoneLoss, clusterOf(sixMembers()), zonesOf(...zones));

describe("cluster-zone-loss", () => {
  it("reports a primary that is alone with all its replicas in a zone", () => {
    const { findings } = judged("a", "b", "c", "a", "c", "a");
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.0.1:6379"] }]);
    expect(findings[0]?.evidence).toMatchObject([{ fact: "availability zone", value: "a" }]);
  });

  it("reports a zone with half of the primaries where there are three", () => {
    expect(judged("a", "a", "b", "c", "c", "c").findings).toMatchObject([
      { priority: "medium", nodes: ["10.0.0.1:6379", "10.0.0.2:6379"] },
    ]);
  });

  it("accepts that with two zones one has most primaries", () => {
    expect(judged("a", "a", "b", "b", "b", "a").outcome).toBe("healthy");
  });

  it("reports a cluster in one zone as low, and a throwaway one as info", () => {
    expect(judged("a", "a", "a", "a", "a", "a").findings).toMatchObject([{ priority: "low" }]);
    const target = { ...zonesOf("a", "a", "a", "a", "a", "a"), labels: { env: "dev" } };
    expect(judge(clusterZoneLoss, clusterOf(sixMembers()), target).findings).toMatchObject([{ priority: "info" }]);
  });

  it("is healthy when each primary has a replica in another zone", () => {
    expect(judged("a", "b", "c", "b", "c", "a").outcome).toBe("healthy");
  });

  it("takes the zone that the server announces where the profile names none", () => {
    const view = [member("p1", { slots: [[0, 16_383]] }), member("r2", { role: "replica", primaryId: nodeId("p1") })];
    const nodes = clusterOf(view).map((node) => withFacts(node, { config: { "availability-zone": "eu-1a" } }));
    expect(judge(clusterZoneLoss, nodes).findings).toMatchObject([{ priority: "low" }]);
  });

  it("is not applicable where no zones are known", () => {
    expect(judge(clusterZoneLoss, clusterOf(sixMembers())).outcome).toBe("not-applicable");
  });

  it("cannot judge nodes that do not show their view", () => {
    const node = redisNode({ clusterView: missing("not-permitted", "NOPERM") });
    expect(judge(clusterZoneLoss, node).outcome).toBe("cannot-judge");
  });
});
