import { describe, expect, it } from "vitest";
import type { SlotMove, SlotPlan } from "../../../src/model/slot-plan.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { estimateSeconds } from "../../../src/plan/estimate-seconds.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import { nodeId, topologyWith } from "../../support/plan-topologies.js";

function planOf(...moves: Partial<SlotMove>[]): SlotPlan {
  const plan = planRebalance(topologyWith([[[0, 16383]]]), {
    ...{ target: "t", by: "slots", weights: {}, includeEmpty: false, drain: [], thresholdPercent: 2, loads: null },
  });
  if (isRefusal(plan)) throw new Error(plan.message);
  const all = moves.map((move) => ({ ...pair(1, 2), slots: [], slotCount: 0, keys: 0, bytes: 0, ...move }));
  const sum = (parts: (number | null)[]) => parts.reduce((a, b) => (a === null || b === null ? null : a + b), 0);
  const totals = {
    slots: sum(all.map(({ slotCount }) => slotCount)) ?? 0,
    keys: sum(all.map(({ keys }) => keys)),
    bytes: sum(all.map(({ bytes }) => bytes)),
  };
  return { ...plan, moves: all, totals };
}

function pair(from: number, to: number): Pick<SlotMove, "from" | "to"> {
  const node = (n: number) => ({ id: nodeId(n), address: `10.0.0.${n}:7000` });
  return { from: node(from), to: node(to) };
}

describe("estimateSeconds", () => {
  it("is a range, from fast servers to slow ones", () => {
    const estimate = estimateSeconds(planOf({ keys: 400_000, bytes: 40_000_000, slotCount: 4096 }));
    expect(estimate?.lowSeconds).toBeCloseTo(0.5 + 10 + 0.2 + 0.8192);
    expect(estimate?.highSeconds).toBeCloseTo(3 + 40 + 40 / 30 + 8.192);
    expect(estimate?.basis).toContain("10,000 to 40,000 keys/s are assumed; 30 to 200 MB/s");
  });

  it("takes as long for pairs that share no primary as for the longest of them", () => {
    const one = estimateSeconds(planOf({ keys: 400_000 }));
    const two = estimateSeconds(planOf({ keys: 400_000 }, { ...pair(3, 4), keys: 100_000 }));
    expect(two?.lowSeconds).toBe(one?.lowSeconds);
  });

  it("adds up the pairs of one primary", () => {
    const one = estimateSeconds(planOf({ keys: 400_000 }));
    const two = estimateSeconds(planOf({ keys: 400_000 }, { ...pair(1, 3), keys: 400_000 }));
    expect((two?.lowSeconds ?? 0) - (one?.lowSeconds ?? 0)).toBeCloseTo(10);
    expect((two?.highSeconds ?? 0) - (one?.highSeconds ?? 0)).toBeCloseTo(40);
  });

  it("leaves out bytes that are not known, and says so", () => {
    const estimate = estimateSeconds(planOf({ keys: 400_000, bytes: null }));
    expect(estimate?.lowSeconds).toBeCloseTo(10.5);
    expect(estimate?.basis).toContain("the bytes to move are not known");
  });

  it("cannot say where keys are not known", () => {
    expect(estimateSeconds(planOf({ keys: 5 }, { ...pair(3, 4), keys: null }))).toBeNull();
  });

  it("takes large values for what takes the time", () => {
    const small = estimateSeconds(planOf({ keys: 1000, bytes: 100_000 }));
    const large = estimateSeconds(planOf({ keys: 1000, bytes: 1_000_000_000 }));
    expect(large?.lowSeconds).toBeGreaterThan((small?.lowSeconds ?? 0) + 4);
  });
});
