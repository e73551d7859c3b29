import { describe, expect, it } from "vitest";
import { isRefusal, type PlanRefusal, type SlotPlan } from "../../../src/model/slot-plan.js";
import { planDrain } from "../../../src/plan/plan-drain.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import type { RebalanceOptions } from "../../../src/plan/rebalance-options.js";
import { nodeId, topologyWith } from "../../support/plan-topologies.js";
import { loadsOf, perSlot } from "../../support/slot-loads.js";

const plain: RebalanceOptions = {
  ...{ target: "prod", by: "slots", weights: {}, includeEmpty: false, drain: [], thresholdPercent: 2, loads: null },
};

const three = topologyWith([[[0, 5_460]], [[5_461, 10_921]], [[10_922, 16_383]], []]);
const two = topologyWith([[[0, 9_999]], [[10_000, 16_383]]]);

function answer(options: Partial<RebalanceOptions>, topology = three): SlotPlan | PlanRefusal {
  return planRebalance(topology, { ...plain, ...options });
}

function planned(options: Partial<RebalanceOptions>, topology = three): SlotPlan {
  const plan = answer(options, topology);
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

function slotsAfter({ shares }: SlotPlan): number[] {
  return shares.map((share) => share.slotsAfter);
}

describe("levelling by slots", () => {
  it("moves nothing where all are within the threshold, and says that the empty one takes no part", () => {
    const plan = planned({});
    expect(plan.moves).toEqual([]);
    expect(plan.notes).toEqual([
      "10.0.0.4:7000 has no slots and takes no part. Add --include-empty to give it its share.",
      "Every primary is within 2 % of its share: nothing to move.",
    ]);
  });

  it("gives a new primary its share, one range from each of the others", () => {
    const plan = planned({ includeEmpty: true });
    expect(slotsAfter(plan)).toEqual([4096, 4096, 4096, 4096]);
    expect(plan.moves.map(({ slots }) => slots.length)).toEqual([1, 1, 1]);
    expect(plan.totals.slots).toBe(4096);
  });

  it("gives an empty primary with a weight of its own its share without being told", () => {
    expect(slotsAfter(planned({ weights: { [nodeId(4)]: 1 } }))[3]).toBe(4096);
  });

  it("empties who is drained, and says what that may make of it", () => {
    const plan = planned({ drain: [nodeId(2)] });
    expect(slotsAfter(plan)).toEqual([8192, 0, 8192, 0]);
    expect(plan.notes.join()).toContain("10.0.0.2:7000 will have no slots left");
  });

  it("shares by weight", () => {
    expect(slotsAfter(planned({ weights: { [nodeId(1)]: 2 } }))).toEqual([8192, 4096, 4096, 0]);
  });

  it.each([
    ["only weights of 0", { weights: Object.fromEntries([1, 2, 3].map((n) => [nodeId(n), 0])) }, "nobody-takes"],
    ["everyone drained", { drain: [1, 2, 3].map(nodeId) }, "nobody-takes"],
    ["a weight below 0", { weights: { [nodeId(1)]: -1 } }, "bad-weight"],
    ["a weight that is no number", { weights: { [nodeId(1)]: Number.NaN } }, "bad-weight"],
    ["a weight for one that is drained", { weights: { [nodeId(1)]: 2 }, drain: [nodeId(1)] }, "weight-of-drained"],
    ["a threshold below 0", { thresholdPercent: -1 }, "bad-threshold"],
    ["a weight for a stranger", { weights: { [nodeId(9)]: 1 } }, "unknown-node"],
    ["a stranger to drain", { drain: [nodeId(9)] }, "unknown-node"],
  ] as [string, Partial<RebalanceOptions>, string][])("refuses %s", (_what, options, code) => {
    const refusal = answer(options);
    expect(refusal).toMatchObject({ refused: true, code });
    expect(isRefusal(refusal) && refusal.hint).not.toBe("");
  });
});

describe("levelling by load", () => {
  it("moves the one slot that levels it, and not many light ones", () => {
    const keys = perSlot({ 5: 100, 6: 50, 7: 50, 12_000: 100, 1: 1, 2: 1, 3: 1 });
    const plan = planned({ by: "keys", loads: loadsOf({ keys }) }, two);
    expect(plan.moves.map(({ slots, keys: moved }) => [slots, moved])).toEqual([[[[6, 6]], 50]]);
    expect(plan.shares.map(({ loadBefore, loadAfter }) => [loadBefore, loadAfter])).toEqual([
      [203, 153],
      [100, 150],
    ]);
  });

  it("says where the threshold is not met, and claims no more than it has tried", () => {
    const plan = planned({ by: "keys", loads: loadsOf({ keys: perSlot({ 1: 70, 12_000: 30 }) }) }, two);
    expect(plan.moves).toEqual([]);
    expect(plan.notes).toContain("No single slot brings two primaries closer to their shares: nothing to move.");
    expect(plan.notes.join()).toContain(
      "10.0.0.1:7000 stays 40 % above its share, more than the 2 % allowed: no further slot brings it closer.",
    );
  });

  it("names a slot that is too heavy for anybody", () => {
    const plan = planned({ by: "keys", loads: loadsOf({ keys: perSlot({ 1: 70, 12_000: 30 }) }) }, two);
    expect(plan.notes.join()).toContain("Slot 1 alone carries 70 % of all keys, more than any primary's share");
  });

  it("lets a slot go on from its first taker where that levels better, and names one move for it", () => {
    const keys = perSlot({ 1: 1_000, 2: 7, 3: 5, 4: 5, 5: 3 });
    const topology = topologyWith([[[0, 9_999]], [[10_000, 16_383]], []]);
    const plan = planned({ by: "keys", includeEmpty: true, loads: loadsOf({ keys }) }, topology);
    const moved = plan.moves.flatMap(({ slots }) => slots.map(String));
    expect(new Set(moved).size).toBe(moved.length);
  });

  it("refuses what is not known, with the reason and what else could be levelled", () => {
    const refusal = answer({ by: "ops", loads: loadsOf({ keys: perSlot({}) }) }, two);
    expect(refusal).toMatchObject({ code: "load-unknown" });
    expect(isRefusal(refusal) && refusal.message).toContain("10.0.0.1:7000: it does not say");
    expect(answer({ by: "keys" }, two)).toMatchObject({ code: "load-unknown" });
  });

  it("refuses to level what is not there", () => {
    expect(answer({ by: "keys", loads: loadsOf({ keys: perSlot({}) }) }, two)).toMatchObject({
      code: "nothing-to-level",
    });
  });
});

describe("draining", () => {
  const drained = (options: object) =>
    planDrain(three, { target: "prod", nodes: [nodeId(1)], loads: null, ...options });

  it("fills the lowest first, and leaves out those without slots unless told", () => {
    const plan = drained({});
    expect(isRefusal(plan) || slotsAfter(plan)).toEqual([0, 8192, 8192, 0]);
    const all = drained({ includeEmpty: true });
    expect(isRefusal(all) || slotsAfter(all)).toEqual([0, 5461, 5462, 5461]);
  });

  it("is a plan of del-node unless another verb asks", () => {
    expect(drained({})).toMatchObject({ operation: "cluster-del-node" });
    expect(drained({ operation: "cluster-rebalance" })).toMatchObject({ operation: "cluster-rebalance" });
  });

  it("has nothing to do for a primary without slots", () => {
    expect(drained({ nodes: [nodeId(4)] })).toMatchObject({
      moves: [],
      notes: ["There is no slot to give away: nothing to move."],
    });
  });

  it("refuses to drain everybody", () => {
    expect(drained({ nodes: [1, 2, 3].map(nodeId) })).toMatchObject({ code: "nobody-takes" });
  });
});
