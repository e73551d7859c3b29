import { describe, expect, it } from "vitest";
import { clusterEpochCollision } from "../../../../src/analyze/rules/cluster-epoch-collision.js";
import { missing } from "../../../../src/model/fact.js";
import { changed, clusterOf, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const colliding = changed(sixMembers(), { p2: { configEpoch: 3 } });

describe("cluster-epoch-collision", () => {
  it("reports two primaries with one epoch as medium", () => {
    const { findings } = judge(clusterEpochCollision, clusterOf(colliding));
    expect(findings).toMatchObject([
      { priority: "medium", confidence: "high", nodes: ["10.0.0.2:6379", "10.0.0.3:6379"] },
    ]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "config-epoch", value: 3 }));
  });

  it("is less certain about a node that was not asked itself", () => {
    expect(judge(clusterEpochCollision, viewedBy("p1", colliding)).findings).toMatchObject([{ confidence: "medium" }]);
  });

  it("believes a node's own epoch over what others say of it", () => {
    const nodes = [viewedBy("p1", colliding), viewedBy("p2", sixMembers()), viewedBy("p3", sixMembers())];
    expect(judge(clusterEpochCollision, nodes).outcome).toBe("healthy");
  });

  it("ignores replicas, which carry their primary's epoch, and primaries without slots", () => {
    expect(judge(clusterEpochCollision, clusterOf(sixMembers())).outcome).toBe("healthy");
    const empty = changed(colliding, { p2: { slots: [], configEpoch: 3 } });
    expect(judge(clusterEpochCollision, clusterOf(empty)).outcome).toBe("healthy");
  });

  it("cannot judge without CLUSTER NODES", () => {
    const denied = redisNode({ clusterView: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterEpochCollision, denied).outcome).toBe("cannot-judge");
  });
});
