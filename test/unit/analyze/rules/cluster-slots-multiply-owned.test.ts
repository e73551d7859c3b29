import { describe, expect, it } from "vitest";
import { clusterSlotsMultiplyOwned } from "../../../../src/analyze/rules/cluster-slots-multiply-owned.js";
import { missing } from "../../../../src/model/fact.js";
import { changed, clusterOf, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const greedy = changed(sixMembers(), { p1: { slots: [[0, 5459]] }, p2: { slots: [[5450, 10_922]] } });

describe("cluster-slots-multiply-owned", () => {
  it("reports slots that two primaries call their own, with both claims", () => {
    const nodes = [viewedBy("p1", sixMembers()), viewedBy("p2", greedy), ...clusterOf(sixMembers()).slice(2)];
    const { findings } = judge(clusterSlotsMultiplyOwned, nodes, { name: "prod" });
    expect(findings).toMatchObject([{ priority: "critical", nodes: ["10.0.0.1:6379", "10.0.0.2:6379"] }]);
    expect(findings[0]?.evidence).toEqual([
      { node: "10.0.0.1:6379", fact: "claims 11 slots", value: "5450-5460", unit: "text" },
      { node: "10.0.0.2:6379", fact: "claims 11 slots", value: "5450-5460", unit: "text" },
    ]);
    expect(findings[0]?.commands[0]).toEqual({ kind: "shell", line: "cachectl cluster fix -p prod" });
  });

  it("is healthy where others merely repeat an old owner", () => {
    const moved = changed(sixMembers(), { p1: { slots: [[0, 5449]] }, p2: { slots: [[5450, 10_922]] } });
    const nodes = [viewedBy("p1", moved), viewedBy("p2", moved), ...clusterOf(sixMembers()).slice(2)];
    expect(judge(clusterSlotsMultiplyOwned, nodes).outcome).toBe("healthy");
  });

  it("cannot judge nodes that do not show their view", () => {
    const node = redisNode({ clusterView: missing("not-permitted", "NOPERM") });
    expect(judge(clusterSlotsMultiplyOwned, node).outcome).toBe("cannot-judge");
  });
});
