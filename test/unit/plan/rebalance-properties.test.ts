import { describe, expect, it } from "vitest";
import type { ClusterTopology } from "../../../src/model/cluster-topology.js";
import { slotCount } from "../../../src/model/hash-slot.js";
import type { SlotPlan } from "../../../src/model/slot-plan.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { countSlots } from "../../../src/model/slot-ranges.js";
import { parseSlotPlan } from "../../../src/plan/parse-slot-plan.js";
import { planDrain } from "../../../src/plan/plan-drain.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import { planReshard } from "../../../src/plan/plan-reshard.js";
import type { RebalanceOptions } from "../../../src/plan/rebalance-options.js";
import { seededRandom } from "../../support/key-page.js";
import { carriedOut, randomTopology, shuffled } from "../../support/plan-topologies.js";
import { loadsOf } from "../../support/slot-loads.js";

/** A topology and options that a user may give for it: weights, drains, empty primaries with and without a share. */
interface Case {
  seed: number;
  topology: ClusterTopology;
  options: RebalanceOptions;
  random: () => number;
}

interface Planned extends Case {
  plan: SlotPlan;
  /** The topology when it has been carried out. */
  then: ClusterTopology;
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
  const options = { target: "t", by: "slots" as const, weights, includeEmpty, drain, thresholdPercent, loads: null };
  return { seed, topology, random, options };
}

/** Without those that leave nobody to take the slots. Planned once for all tests: that is what takes the time. */
function plannedCases(cases: readonly Case[]): Planned[] {
  return cases.flatMap((one) => {
    const plan = planRebalance(one.topology, one.options);
    if (!isRefusal(plan)) return [{ ...one, plan, then: carriedOut(one.topology, plan) }];
    if (plan.code !== "nobody-takes") throw new Error(`seed ${one.seed}: ${plan.message}`);
    return [];
  });
}

/** Everything that the plan says agrees with what it does. That sources own what they give, and once, is checked by carriedOut. */
function expectSound(plan: SlotPlan, then: ClusterTopology): void {
  const moved = plan.moves.map(({ slots }) => countSlots(slots));
  expect(plan.moves.map(({ slotCount: count }) => count)).toEqual(moved);
  expect(plan.totals.slots).toBe(sum(moved));
  expect(new Set(plan.moves.map(({ from, to }) => `${from.id} ${to.id}`)).size).toBe(plan.moves.length);
  const slotsAfter = new Map(then.nodes.map(({ id, slots }) => [id, countSlots(slots)]));
  expect(plan.shares.map((share) => share.slotsAfter)).toEqual(plan.shares.map(({ id }) => slotsAfter.get(id)));
  expect(sum(plan.shares.map((share) => share.slotsAfter))).toBe(slotCount);
}

/** Tries every way to round the quotas down and up that gives the right sum: the least that must be given away in any of them. */
function fewestMoves({ shares }: SlotPlan): number {
  const weightSum = sum(shares.map(({ weight }) => weight));
  const quotas = shares.map(({ weight }) => (slotCount * weight) / weightSum);
  const roundings = quotas.map((quota) => {
    const whole = Math.round(quota);
    return Math.abs(quota - whole) < 1e-9 ? [whole] : [Math.floor(quota), Math.ceil(quota)];
  });
  const least = (place: number, left: number): number => {
    if (place === shares.length) return left === 0 ? 0 : Infinity;
    const has = shares[place]?.slotsBefore ?? 0;
    return Math.min(
      ...(roundings[place] ?? []).map((wanted) => Math.max(0, has - wanted) + least(place + 1, left - wanted)),
    );
  };
  return least(0, slotCount);
}

const cases = Array.from({ length: 240 }, (_, i) => randomCase(i + 1));

describe("levelling by slots, on 240 random clusters", () => {
  const planned = plannedCases(cases);

  it("has something to level in most of them", () => {
    expect(planned.length).toBeGreaterThan(200);
    expect(planned.filter(({ plan }) => plan.moves.length > 0).length).toBeGreaterThan(100);
  });

  it("moves no slot twice, takes each from its owner, and says truly what everyone has afterwards", () => {
    for (const { plan, then } of planned) expectSound(plan, then);
  });

  it("brings everyone to its weighted share, less than a slot off, or moves nothing where all are within the threshold", () => {
    for (const { seed, plan, options } of planned)
      for (const { slotsAfter, loadWanted, weight } of plan.shares) {
        const off = Math.abs(slotsAfter - (loadWanted ?? 0));
        const allowed = plan.moves.length > 0 ? 0 : ((loadWanted ?? 0) * options.thresholdPercent) / 100;
        if (off >= 1 && off > allowed) expect.fail(`seed ${seed}: ${off} slots off`);
        if (weight === 0) expect(slotsAfter).toBe(0);
      }
  });

  it("moves as few slots as any plan with these shares can", () => {
    for (const { seed, plan } of planned)
      if (plan.moves.length > 0) expect(plan.totals.slots, `seed ${seed}`).toBe(fewestMoves(plan));
  });

  it("makes the same plan again, in whatever order the nodes come", () => {
    for (const { seed, topology, options, random, plan } of planned) {
      const nodes = shuffled(topology.nodes, random);
      expectSame(planRebalance({ ...topology, nodes }, options), plan, seed);
    }
  });

  it("has nothing to do once it is carried out", () => {
    for (const one of planned) expect(movesAgain(one), `seed ${one.seed}`).toBe(0);
  });

  it("needs fewer pairs than there are primaries, and adds at most one range for each", () => {
    for (const { topology, plan, then } of planned) {
      const ranges = ({ nodes }: ClusterTopology) => sum(nodes.map(({ slots }) => slots.length));
      expect(plan.moves.length).toBeLessThan(Math.max(2, topology.nodes.length));
      expect(ranges(then)).toBeLessThanOrEqual(ranges(topology) + plan.moves.length);
    }
  });

  it("is read back from its file exactly as it was written", () => {
    for (const { seed, plan } of planned) expectSame(parseSlotPlan(JSON.stringify(plan, null, 2)), plan, seed);
  });
});

describe("draining, on 60 random clusters", () => {
  it("gives away exactly what the drained have, and lifts the lowest only", () => {
    for (const { seed, topology, random } of cases.slice(0, 60)) {
      const nodes = shuffled(topology.nodes, random).slice(0, Math.ceil(random() * 3));
      const drained = new Set(nodes.map(({ id }) => id));
      const plan = planDrain(topology, { target: "t", nodes: [...drained], includeEmpty: true, loads: null });
      if (isRefusal(plan)) {
        expect(plan.code).toBe("nobody-takes");
        continue;
      }
      expectSound(plan, carriedOut(topology, plan));
      const others = plan.shares.filter(({ id }) => !drained.has(id));
      for (const share of plan.shares) if (drained.has(share.id)) expect(share.slotsAfter).toBe(0);
      expect(plan.totals.slots).toBe(sum(nodes.map(({ slots }) => countSlots(slots))));
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
    for (const { seed, topology, random } of cases.slice(0, 60)) {
      const [target] = shuffled(topology.nodes, random);
      const available = slotCount - countSlots(target?.slots ?? []);
      const slots = Math.ceil(random() * available);
      const plan = planReshard(topology, { target: "t", from: [], to: target?.id ?? "", slots, loads: null });
      if (isRefusal(plan)) {
        expect(available).toBe(0);
        continue;
      }
      expectSound(plan, carriedOut(topology, plan));
      expect(plan.totals.slots, `seed ${seed}`).toBe(slots);
      for (const { id, slotsBefore, slotsAfter } of plan.shares)
        if (id !== target?.id)
          expect(Math.abs(slotsBefore - slotsAfter - (slots * slotsBefore) / available)).toBeLessThan(1);
    }
  });
});

/** Slots alike but for chance; a few that carry most; most of them empty; one that is heavier than all others together. */
const distributions: Record<string, (random: () => number, slot: number) => number> = {
  even: (random) => 40 + Math.floor(random() * 40),
  skewed: (random) => Math.floor(10 / (random() + 0.001)),
  sparse: (random) => (random() < 0.02 ? 1 + Math.floor(random() * 100) : 0),
  "with one giant": (random, slot) => (slot === 5_000 ? 10_000 : random() < 0.05 ? Math.ceil(random() * 8) : 0),
};

describe.each(Object.entries(distributions))("levelling by load, slots %s, on 4 random clusters", (_name, loadOf) => {
  const planned = plannedCases(
    cases.slice(0, 4).map((one): Case => {
      const perSlot = Array.from({ length: slotCount }, (__, slot) => loadOf(one.random, slot));
      const options = { ...one.options, by: "keys" as const, thresholdPercent: 5, loads: loadsOf({ keys: perSlot }) };
      return { ...one, options };
    }),
  );

  it("is sound, empties who is to have nothing, and leaves no one worse off than the worst was", () => {
    for (const { seed, plan, then } of planned) {
      expectSound(plan, then);
      for (const { weight, slotsAfter } of plan.shares) if (weight === 0) expect(slotsAfter).toBe(0);
      const sharing = plan.shares.filter(({ weight }) => weight > 0);
      // What the others have to take from those who give everything may well put them further off.
      if (plan.shares.some(({ weight, loadBefore }) => weight === 0 && loadBefore !== 0)) continue;
      const off = (load: number | null, wanted: number | null) => Math.abs((load ?? 0) / (wanted ?? 1) - 1);
      const before = Math.max(...sharing.map(({ loadBefore, loadWanted }) => off(loadBefore, loadWanted)));
      const after = Math.max(...sharing.map(({ loadAfter, loadWanted }) => off(loadAfter, loadWanted)));
      expect(after, `seed ${seed}`).toBeLessThanOrEqual(before + 1e-9);
    }
  });

  it("meets the threshold wherever no slot is heavier than that leaves room for", () => {
    for (const { options, plan } of planned) {
      const { keys } = options.loads ?? {};
      const heaviest = keys?.ok === true ? Math.max(...keys.value.perSlot) : Infinity;
      for (const { weight, loadAfter, loadWanted } of plan.shares) {
        const allowed = (loadWanted ?? 0) * 0.05;
        if (weight > 0 && heaviest <= allowed)
          expect(Math.abs((loadAfter ?? 0) - (loadWanted ?? 0))).toBeLessThanOrEqual(allowed + 1e-3);
      }
    }
  });

  it("makes the same plan again in whatever order the nodes come, and none once it is carried out", () => {
    for (const one of planned) {
      const nodes = shuffled(one.topology.nodes, one.random);
      expectSame(planRebalance({ ...one.topology, nodes }, one.options), one.plan, one.seed);
      expect(movesAgain(one), `seed ${one.seed}`).toBe(0);
    }
  });
});

/** How many moves are planned for the cluster as the plan leaves it. */
function movesAgain({ options, plan, then }: Planned): number {
  // Who got its first slots takes part from now on, and so does who has the weight by which it got them.
  const weights = Object.fromEntries(plan.shares.map(({ id, weight }) => [id, weight]));
  const again = planRebalance(then, { ...options, drain: [], weights });
  return isRefusal(again) ? Infinity : again.moves.length;
}

/** As texts: to compare plans of hundreds of ranges field by field takes longer than to make them. */
function expectSame(a: object, b: object, seed: number): void {
  expect(JSON.stringify(a), `seed ${seed}`).toBe(JSON.stringify(b));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
