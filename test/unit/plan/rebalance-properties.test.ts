import { describe, expect, it } from "vitest";
import type { ClusterTopology } from "../../../src/model/cluster-topology.js";
import { slotCount } from "../../../src/model/hash-slot.js";
import type { SlotPlan } from "../../../src/model/slot-plan.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { countSlots, slotsOf } from "../../../src/model/slot-ranges.js";
import { planDrain } from "../../../src/plan/plan-drain.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import { planReshard } from "../../../src/plan/plan-reshard.js";
import type { RebalanceOptions } from "../../../src/plan/rebalance-options.js";
import { seededRandom } from "../../support/key-page.js";
import { carriedOut, randomTopology, shuffled } from "../../support/plan-topologies.js";
import { loadsOf } from "../../support/slot-loads.js";

/** A topology and options that a user may give for it: weights, drains, empty primaries with and without a share. */
interface Case {
  topology: ClusterTopology;
  options: RebalanceOptions;
  random: () => number;
}

function randomCase(seed: number): Case {
  const random = seededRandom(seed);
  const topology = randomTopology(random, 12);
  const weights: Record<string, number> = {};
  const drain: string[] = [];
  const [, ...others] = shuffled(topology.nodes, random);
  for (const { id } of others) {
    const chance = random();
    if (chance < 0.1) drain.push(id);
    else if (chance < 0.2) weights[id] = 0;
    else if (chance < 0.5) weights[id] = Math.round(random() * 40) / 8;
  }
  const thresholdPercent = [0, 2, 20][Math.floor(random() * 3)] ?? 2;
  const includeEmpty = random() < 0.5;
  return {
    topology,
    random,
    options: { target: "t", by: "slots", weights, includeEmpty, drain, thresholdPercent, loads: null },
  };
}

/** Null where the case leaves nobody to take the slots. */
function planOf({ topology, options }: Case): SlotPlan | null {
  const plan = planRebalance(topology, options);
  if (!isRefusal(plan)) return plan;
  expect(plan.code).toBe("nobody-takes");
  return null;
}

function expectSound(topology: ClusterTopology, plan: SlotPlan): void {
  const moved = plan.moves.flatMap(({ slots }) => slotsOf(slots));
  expect(new Set(moved).size).toBe(moved.length);
  expect(plan.totals.slots).toBe(moved.length);
  for (const move of plan.moves) expect(countSlots(move.slots)).toBe(move.slotCount);
  const pairs = plan.moves.map(({ from, to }) => `${from.id} ${to.id}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  // Throws where a source does not own what it gives.
  const after = carriedOut(topology, plan);
  const slotsAfter = new Map(after.nodes.map(({ id, slots }) => [id, countSlots(slots)]));
  for (const share of plan.shares) expect(share.slotsAfter).toBe(slotsAfter.get(share.id));
  expect(plan.shares.reduce((sum, share) => sum + share.slotsAfter, 0)).toBe(slotCount);
}

/**
 * The fewest moves that give everybody its quota rounded down or up: everybody must give what it has over the quota rounded up,
 * and those with a slot over the quota rounded down may keep it as long as there are slots left over.
 */
function fewestMoves(plan: SlotPlan): number {
  const weightSum = plan.shares.reduce((sum, { weight }) => sum + weight, 0);
  const quotas = plan.shares.map(({ weight }) => (slotCount * weight) / weightSum);
  const floors = quotas.map((quota) => Math.floor(quota + 1e-9));
  const over = plan.shares.map(({ slotsBefore }, i) => Math.max(0, slotsBefore - (floors[i] ?? 0)));
  const left = slotCount - floors.reduce((a, b) => a + b, 0);
  const mayKeep = over.filter((more, i) => more > 0 && (quotas[i] ?? 0) - (floors[i] ?? 0) > 1e-9).length;
  return over.reduce((a, b) => a + b, 0) - Math.min(left, mayKeep);
}

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

describe("levelling by slots, on 60 random clusters", () => {
  it("moves no slot twice, takes each from its owner, and says truly what everyone has afterwards", () => {
    for (const seed of seeds) {
      const one = randomCase(seed);
      const plan = planOf(one);
      if (plan !== null) expectSound(one.topology, plan);
    }
  });

  it("brings everyone to its weighted share, less than a slot off, or moves nothing where all are within the threshold", () => {
    for (const seed of seeds) {
      const one = randomCase(seed);
      const plan = planOf(one);
      if (plan === null) continue;
      for (const { slotsAfter, loadWanted, weight } of plan.shares) {
        const off = Math.abs(slotsAfter - (loadWanted ?? 0));
        const allowed = plan.moves.length > 0 ? 0 : ((loadWanted ?? 0) * one.options.thresholdPercent) / 100;
        expect(off < 1 || off <= allowed, `seed ${seed}`).toBe(true);
        if (weight === 0) expect(slotsAfter).toBe(0);
      }
    }
  });

  it("moves as few slots as any plan with these shares can", () => {
    for (const seed of seeds) {
      const plan = planOf(randomCase(seed));
      if (plan !== null && plan.moves.length > 0) expect(plan.totals.slots, `seed ${seed}`).toBe(fewestMoves(plan));
    }
  });

  it("makes the same plan again, in whatever order the nodes come", () => {
    for (const seed of seeds) {
      const one = randomCase(seed);
      const nodes = shuffled(one.topology.nodes, one.random);
      expect(planRebalance({ ...one.topology, nodes }, one.options)).toEqual(planRebalance(one.topology, one.options));
    }
  });

  it("has nothing to do once it is carried out", () => {
    for (const seed of seeds) {
      const one = randomCase(seed);
      const plan = planOf(one);
      if (plan === null) continue;
      // Who got its first slots takes part from now on, and so does who has the weight by which it got them.
      const weights = Object.fromEntries(plan.shares.map(({ id, weight }) => [id, weight]));
      const options = { ...one.options, drain: [], weights };
      const again = planRebalance(carriedOut(one.topology, plan), options);
      expect(isRefusal(again) ? again : again.moves, `seed ${seed}`).toEqual([]);
    }
  });

  it("needs fewer pairs than there are primaries, and adds at most one range for each", () => {
    for (const seed of seeds) {
      const one = randomCase(seed);
      const plan = planOf(one);
      if (plan === null) continue;
      const ranges = (topology: ClusterTopology) => topology.nodes.reduce((sum, { slots }) => sum + slots.length, 0);
      expect(plan.moves.length).toBeLessThan(Math.max(2, one.topology.nodes.length));
      expect(ranges(carriedOut(one.topology, plan))).toBeLessThanOrEqual(ranges(one.topology) + plan.moves.length);
    }
  });
});

describe("draining, on 60 random clusters", () => {
  it("gives away exactly what the drained have, and lifts the lowest only", () => {
    for (const seed of seeds) {
      const { topology, random } = randomCase(seed);
      const nodes = shuffled(topology.nodes, random).slice(0, Math.ceil(random() * 3));
      const drained = new Set(nodes.map(({ id }) => id));
      const plan = planDrain(topology, { target: "t", nodes: [...drained], includeEmpty: true, loads: null });
      if (isRefusal(plan)) {
        expect(plan.code).toBe("nobody-takes");
        continue;
      }
      expectSound(topology, plan);
      const others = plan.shares.filter(({ id }) => !drained.has(id));
      for (const share of plan.shares) if (drained.has(share.id)) expect(share.slotsAfter).toBe(0);
      expect(plan.totals.slots).toBe(nodes.reduce((sum, { slots }) => sum + countSlots(slots), 0));
      const taking = others.filter(({ slotsBefore, slotsAfter }) => slotsAfter > slotsBefore);
      const highest = Math.max(...taking.map(({ slotsAfter }) => slotsAfter));
      for (const share of others) {
        expect(share.slotsAfter).toBeGreaterThanOrEqual(share.slotsBefore);
        if (taking.length > 0) expect(share.slotsAfter, `seed ${seed}`).toBeGreaterThanOrEqual(highest - 1);
      }
    }
  });
});

describe("resharding, on 60 random clusters", () => {
  it("takes as many as asked for, in proportion to what the sources have", () => {
    for (const seed of seeds) {
      const { topology, random } = randomCase(seed);
      const [target] = shuffled(topology.nodes, random);
      const available = slotCount - countSlots(target?.slots ?? []);
      const slots = Math.ceil(random() * available);
      const plan = planReshard(topology, { target: "t", from: [], to: target?.id ?? "", slots, loads: null });
      if (isRefusal(plan)) {
        expect(available).toBe(0);
        continue;
      }
      expectSound(topology, plan);
      expect(plan.totals.slots).toBe(slots);
      for (const { id, slotsBefore, slotsAfter } of plan.shares)
        if (id !== target?.id)
          expect(Math.abs(slotsBefore - slotsAfter - (slots * slotsBefore) / available)).toBeLessThan(1);
    }
  });
});

/** Slots alike but for chance; a few that carry most; most of them empty. */
const distributions: Record<string, (random: () => number) => number> = {
  even: (random) => 40 + Math.floor(random() * 40),
  skewed: (random) => Math.floor(10 / (random() + 0.001)),
  sparse: (random) => (random() < 0.02 ? 1 + Math.floor(random() * 100) : 0),
};

describe.each(Object.entries(distributions))("levelling by load, slots %s, on 5 random clusters", (_name, loadOf) => {
  const loadCases = seeds.slice(0, 5).map((seed): Case => {
    const one = randomCase(seed);
    const perSlot = Array.from({ length: slotCount }, () => loadOf(one.random));
    return { ...one, options: { ...one.options, by: "keys", thresholdPercent: 5, loads: loadsOf({ keys: perSlot }) } };
  });

  it("is sound, empties who is to have nothing, and leaves no one worse off than the worst was", () => {
    for (const one of loadCases) {
      const plan = planOf(one);
      if (plan === null) continue;
      expectSound(one.topology, plan);
      for (const { weight, slotsAfter } of plan.shares) if (weight === 0) expect(slotsAfter).toBe(0);
      const sharing = plan.shares.filter(({ weight }) => weight > 0);
      const off = (load: number | null, wanted: number | null) => Math.abs((load ?? 0) / (wanted ?? 1) - 1);
      const before = Math.max(...sharing.map(({ loadBefore, loadWanted }) => off(loadBefore, loadWanted)));
      const after = Math.max(...sharing.map(({ loadAfter, loadWanted }) => off(loadAfter, loadWanted)));
      expect(after).toBeLessThanOrEqual(before + 1e-9);
    }
  });

  it("meets the threshold wherever no slot is heavier than that leaves room for", () => {
    for (const one of loadCases) {
      const plan = planOf(one);
      const keys = one.options.loads?.keys;
      if (plan === null || keys?.ok !== true) continue;
      const heaviest = Math.max(...keys.value.perSlot);
      for (const { weight, loadAfter, loadWanted } of plan.shares) {
        const allowed = (loadWanted ?? 0) * 0.05;
        if (weight > 0 && heaviest <= allowed)
          expect(Math.abs((loadAfter ?? 0) - (loadWanted ?? 0))).toBeLessThanOrEqual(allowed + 1e-3);
      }
    }
  });

  it("makes the same plan again in whatever order the nodes come, and none once it is carried out", () => {
    for (const one of loadCases) {
      const plan = planOf(one);
      if (plan === null) continue;
      const nodes = shuffled(one.topology.nodes, one.random);
      expect(planRebalance({ ...one.topology, nodes }, one.options)).toEqual(plan);
      const weights = Object.fromEntries(plan.shares.map(({ id, weight }) => [id, weight]));
      const again = planRebalance(carriedOut(one.topology, plan), { ...one.options, drain: [], weights });
      expect(isRefusal(again) ? again : again.moves).toEqual([]);
    }
  });
});
