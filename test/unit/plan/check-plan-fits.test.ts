import { describe, expect, it } from "vitest";
import type { ClusterNode, ClusterTopology } from "../../../src/model/cluster-topology.js";
import { isRefusal, type SlotPlan } from "../../../src/model/slot-plan.js";
import { checkPlanFits } from "../../../src/plan/check-plan-fits.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import { carriedOut, nodeId, topologyWith } from "../../support/plan-topologies.js";

const topology = topologyWith([[[0, 9_999]], [[10_000, 16_383]], []]);

const plan = ((): SlotPlan => {
  const made = planRebalance(topology, {
    ...{ target: "prod", by: "slots", weights: {}, includeEmpty: true, drain: [], thresholdPercent: 2, loads: null },
  });
  if (isRefusal(made)) throw new Error(made.message);
  return made;
})();

/** The topology with one node changed; null: without it. */
function withNode(n: number, differs: Partial<ClusterNode> | null): ClusterTopology {
  const nodes = topology.nodes.flatMap((node) =>
    node.id !== nodeId(n) ? [node] : differs === null ? [] : [{ ...node, ...differs }],
  );
  return { ...topology, nodes, fingerprint: "another" };
}

describe("checkPlanFits", () => {
  it("has nothing against the topology that the plan was made for", () => {
    expect(checkPlanFits(plan, topology)).toBeNull();
  });

  it("names a member that is gone", () => {
    expect(checkPlanFits(plan, withNode(3, null))).toMatchObject({
      code: "topology-changed",
      message: expect.stringContaining("10.0.0.3:7000 (00030003), which is no member of this cluster") as string,
    });
  });

  it("names a primary that is a replica by now", () => {
    const refusal = checkPlanFits(plan, withNode(1, { role: "replica", primaryId: nodeId(2), slots: [] }));
    expect(refusal?.message).toContain("10.0.0.1:7000 (00010001) was a primary when the plan was made");
  });

  it("names the slots that the source no longer owns", () => {
    const refusal = checkPlanFits(plan, withNode(1, { slots: [[0, 100]] }));
    expect(refusal?.message).toMatch(/^10\.0\.0\.1:7000 no longer owns \d+ of the plan's slots: \d+-\d+/);
    expect(refusal?.hint).toContain("Nothing was changed.");
  });

  it("refuses a plan that has been carried out already", () => {
    expect(checkPlanFits(plan, carriedOut(topology, plan))).toMatchObject({ code: "topology-changed" });
  });

  it("refuses a change that is not in the plan's way, since the shares were agreed on for another cluster", () => {
    expect(checkPlanFits(plan, { ...topology, fingerprint: "another" })).toMatchObject({
      message: "Members, roles or slot owners have changed since the plan was made.",
    });
  });
});
