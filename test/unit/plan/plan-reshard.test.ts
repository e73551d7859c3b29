import { describe, expect, it } from "vitest";
import { isRefusal, type PlanRefusal, type SlotPlan } from "../../../src/model/slot-plan.js";
import { planReshard, type ReshardOptions } from "../../../src/plan/plan-reshard.js";
import { nodeId, primaryNode, replicaNode, topologyWith } from "../../support/plan-topologies.js";

const three = topologyWith([[[0, 5_000]], [[5_001, 10_000]], [[10_001, 16_383]]]);

type Asked = Partial<ReshardOptions>;

function answer(asked: Asked, topology = three): SlotPlan | PlanRefusal {
  return planReshard(topology, { target: "prod", from: [], to: nodeId(3), slots: 1, loads: null, ...asked });
}

function planned(asked: Asked): SlotPlan {
  const plan = answer(asked);
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

function movesOf(plan: SlotPlan) {
  return plan.moves.map(({ from, to, slots }) => [from.address, to.address, slots]);
}

describe("resharding named slots", () => {
  it("moves exactly these, each from its owner", () => {
    const plan = planned({
      slots: [
        [4_990, 5_010],
        [7, 7],
      ],
    });
    expect(movesOf(plan)).toEqual([
      [
        "10.0.0.1:7000",
        "10.0.0.3:7000",
        [
          [7, 7],
          [4_990, 5_000],
        ],
      ],
      ["10.0.0.2:7000", "10.0.0.3:7000", [[5_001, 5_010]]],
    ]);
    expect(plan).toMatchObject({ operation: "cluster-reshard", by: "slots", totals: { slots: 22 } });
  });

  it("counts a slot that is named twice once", () => {
    expect(
      planned({
        slots: [
          [7, 9],
          [8, 10],
        ],
      }).totals.slots,
    ).toBe(4);
  });

  it("says what each primary has afterwards", () => {
    const { shares } = planned({ slots: [[0, 99]] });
    expect(shares.map(({ slotsBefore, slotsAfter }) => [slotsBefore, slotsAfter])).toEqual([
      [5_001, 4_901],
      [5_000, 5_000],
      [6_383, 6_483],
    ]);
  });

  it.each([
    [
      "slots that the target has",
      { slots: [[9_990, 10_003]] },
      "slots-of-target",
      "10.0.0.3:7000 has 3 slots: 10001-10003 already.",
    ],
    ["one slot that the target has", { slots: [[12_000, 12_000]] }, "slots-of-target", "has slot 12000 already."],
    [
      "slots of another than the sources",
      { from: [nodeId(1)], slots: [[4_999, 5_002]] },
      "slots-of-others",
      "None of the sources owns 2 slots: 5001-5002.",
    ],
    ["no slots", { slots: [] }, "bad-slots", "No slots are named."],
    ["a range backwards", { slots: [[9, 3]] }, "bad-slots", "9-3 is no range of slots."],
    ["a slot that does not exist", { slots: [[16_380, 16_384]] }, "bad-slots", "16380-16384 is no range of slots."],
  ] as [string, Asked, string, string][])("refuses %s", (_what, asked, code, message) => {
    const refusal = answer(asked);
    expect(refusal).toMatchObject({ refused: true, code });
    expect(isRefusal(refusal) && refusal.message).toContain(message);
    expect(isRefusal(refusal) && refusal.hint).not.toBe("");
  });

  it("refuses slots that nobody owns", () => {
    const holes = topologyWith([[[0, 99]], [[101, 16_383]]]);
    expect(answer({ to: nodeId(2), slots: [[90, 100]] }, holes)).toMatchObject({
      code: "slots-uncovered",
      message: "Nobody owns slot 100.",
    });
  });
});

describe("resharding a number of slots", () => {
  it("takes them from all others in proportion, from the ends of their ranges", () => {
    const plan = planned({ slots: 100 });
    expect(plan.moves.map(({ slotCount }) => slotCount)).toEqual([50, 50]);
    expect(plan.moves.every(({ slots }) => slots.length === 1)).toBe(true);
  });

  it("takes them from the sources alone where some are named", () => {
    expect(movesOf(planned({ from: [nodeId(2)], slots: 10 }))).toEqual([
      ["10.0.0.2:7000", "10.0.0.3:7000", [[9_991, 10_000]]],
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN, 10_002])("refuses %d slots", (slots) => {
    expect(answer({ slots })).toMatchObject({ code: "bad-slot-count" });
  });
});

describe("resharding between the wrong nodes", () => {
  it("refuses a target that is a source", () => {
    expect(answer({ from: [nodeId(3)] })).toMatchObject({ code: "from-is-to" });
  });

  it("refuses ids that no member has, and replicas", () => {
    expect(answer({ to: nodeId(9) })).toMatchObject({ code: "unknown-node" });
    const nodes = [...three.nodes, replicaNode(4, 1)];
    expect(answer({ from: [nodeId(4)] }, { ...three, nodes })).toMatchObject({ code: "not-a-primary" });
  });

  it("refuses a cluster that does not agree with itself, by its worst obstacle", () => {
    const obstacles = [
      { code: "slots-open" as const, message: "Slot 7 is open.", hint: "Run cluster fix." },
      { code: "views-differ" as const, message: "Views differ.", hint: "Wait." },
    ];
    expect(answer({}, { ...three, obstacles })).toMatchObject({
      code: "slots-open",
      message: "Slot 7 is open. (and 1 more, see cachectl cluster check)",
      hint: "Run cluster fix.",
    });
  });

  it("refuses while a primary is silent or held for failing, even one that gives and takes nothing", () => {
    const silent = primaryNode(4, [], { reachable: false, failure: "it refused the connection" });
    const withSilent = { ...three, nodes: [...three.nodes, silent] };
    expect(answer({}, withSilent)).toMatchObject({ code: "node-unreachable" });
    const withFailing = { ...three, nodes: [...three.nodes, primaryNode(4, [], { failing: true })] };
    expect(answer({}, withFailing)).toMatchObject({ code: "node-failing" });
  });
});
