import { describe, expect, it } from "vitest";
import type { ClusterNode, ClusterTopology } from "../../../src/model/cluster-topology.js";
import type { FixPlan, OwnerView, SlotHolders } from "../../../src/model/fix-plan.js";
import { formatRanges, type SlotRange } from "../../../src/model/slot-ranges.js";
import { parseAcceptedLoss } from "../../../src/plan/fix-consent.js";
import { planFix, type FixFacts } from "../../../src/plan/plan-fix.js";

function node(id: string, slots: SlotRange[], over: Partial<ClusterNode> = {}): ClusterNode {
  return {
    ...{ id, address: `${id}:6379`, announced: { host: id, port: 6379 }, zone: null, role: "primary", primaryId: null },
    ...{ configEpoch: 1, slots, migrating: [], importing: [], reachable: true, failure: null, failing: false },
    ...{ product: "redis", version: "7.0.15", keys: null, usedBytes: null, opsPerSecond: null },
    ...over,
  };
}

const a = (over: Partial<ClusterNode> = {}) => node("a", [[0, 5460]], { configEpoch: 1, ...over });
const b = (over: Partial<ClusterNode> = {}) => node("b", [[5461, 10922]], { configEpoch: 2, ...over });
const c = (over: Partial<ClusterNode> = {}) => node("c", [[10923, 16383]], { configEpoch: 3, ...over });
const dead = { reachable: false, failure: "refused", failing: true };

/** What every member sees unless told otherwise: each slot at its owner by that one's own word. */
function plan(
  nodes: ClusterNode[],
  counts: SlotHolders["counts"] = {},
  more: { views?: OwnerView[]; accept?: string[]; jobs?: FixFacts["jobs"] } = {},
): FixPlan {
  const topology: ClusterTopology = { nodes, uncovered: [], obstacles: [], fingerprint: "f" };
  const accepted = parseAcceptedLoss(topology, more.accept ?? []);
  if ("refused" in accepted) throw new Error(accepted.message);
  return planFix({
    ...{ target: "prod", topology, holders: { counts, unknown: [] }, jobs: more.jobs ?? new Map(), accepted },
    views: more.views ?? nodes.filter(({ reachable }) => reachable).map(({ id }) => viewOf(id, nodes)),
  });
}

function viewOf(id: string, nodes: readonly ClusterNode[]): OwnerView {
  return { id, address: `${id}:6379`, owned: nodes.map((owner) => ({ ownerId: owner.id, slots: owner.slots })) };
}

/** `finish a>b 7 (3)`: kind, who, slots, keys. */
function told({ steps }: FixPlan): string[] {
  return steps.map(({ kind, node: who, other, slots, keys }) =>
    [
      kind,
      `${who.id}${other === null ? "" : `>${other.id}`}`,
      formatRanges(slots),
      ...(keys === null ? [] : [`(${keys})`]),
    ].join(" "),
  );
}

describe("planFix", () => {
  it("plans nothing for a healthy cluster", () => {
    expect(plan([a(), b(), c()], { a: { 7: 3 } })).toMatchObject({ steps: [], leftAlone: [], notes: [] });
  });

  it("finishes a move that both ends know of, wherever its keys are", () => {
    const nodes = [a({ migrating: [{ slot: 7, to: "b" }] }), b({ importing: [{ slot: 7, from: "a" }] }), c()];
    expect(told(plan(nodes, { a: { 7: 3 } }))).toEqual(["finish a>b 7 (3)"]);
    expect(told(plan(nodes, { b: { 7: 3 } }))).toEqual(["finish a>b 7 (0)"]);
    expect(told(plan(nodes))).toEqual(["finish a>b 7 (0)"]);
  });

  it("joins slots with the same step into one", () => {
    const slots = [5, 6, 7, 9];
    const nodes = [
      a({ migrating: slots.map((slot) => ({ slot, to: "b" })) }),
      b({ importing: slots.map((slot) => ({ slot, from: "a" })) }),
      c(),
    ];
    expect(told(plan(nodes, { a: { 5: 1, 9: 2 } }))).toEqual(["finish a>b 5-7,9 (3)"]);
  });

  it("closes a slot that only the target opened and has no key of", () => {
    const nodes = [a(), b({ importing: [{ slot: 7, from: "a" }] }), c()];
    expect(told(plan(nodes, { a: { 7: 3 } }))).toEqual(["close b 7"]);
  });

  it("moves keys of a slot that only the target has open to the owner", () => {
    const nodes = [a(), b({ importing: [{ slot: 7, from: "a" }] }), c()];
    expect(told(plan(nodes, { a: { 7: 3 }, b: { 7: 2 } }))).toEqual(["bring-home b>a 7 (2)"]);
  });

  it("closes a slot that only its owner opened", () => {
    expect(told(plan([a({ migrating: [{ slot: 7, to: "b" }] }), b(), c()], { a: { 7: 3 } }))).toEqual(["close a 7"]);
  });

  it("finishes where only the owner has it open and the target has keys", () => {
    const nodes = [a({ migrating: [{ slot: 7, to: "b" }] }), b(), c()];
    expect(told(plan(nodes, { a: { 7: 3 }, b: { 7: 1 } }))).toEqual(["finish a>b 7 (3)"]);
  });

  it("closes a slot on a node that gives it away without owning it", () => {
    expect(told(plan([a(), b({ migrating: [{ slot: 7, to: "c" }] }), c()]))).toEqual(["close b 7"]);
  });

  it("brings a third node's keys to where the finished move ends, after it", () => {
    const nodes = [
      a({ migrating: [{ slot: 7, to: "b" }] }),
      b({ importing: [{ slot: 7, from: "a" }] }),
      c({ importing: [{ slot: 7, from: "a" }] }),
    ];
    expect(told(plan(nodes, { a: { 7: 3 } }))).toEqual(["close c 7", "finish a>b 7 (3)"]);
    expect(told(plan(nodes, { a: { 7: 3 }, c: { 7: 1 } }))).toEqual(["finish a>b 7 (3)", "bring-home c>b 7 (1)"]);
  });

  it("finds keys that no client finds, with nothing open", () => {
    expect(told(plan([a(), b(), c()], { c: { 7: 4 } }))).toEqual(["bring-home c>a 7 (4)"]);
  });

  it("charges what a replica repeats to its primary, once", () => {
    const importing = [{ slot: 7, from: "a" }];
    const replica = node("r", [], { role: "replica", primaryId: "b", importing });
    expect(told(plan([a(), b({ importing }), replica, c()]))).toEqual(["close b 7"]);
    expect(told(plan([a(), b(), replica, c()]))).toEqual(["close b 7"]);
  });

  it("lets the newest of two claims win, and has the other renounce before its keys move", () => {
    const nodes = [
      a(),
      b({
        slots: [
          [7, 7],
          [5461, 10922],
        ],
      }),
      c(),
    ];
    expect(told(plan(nodes, { a: { 7: 3 }, b: { 7: 1 } }))).toEqual([
      "renounce a>b 7",
      "announce b 7",
      "bring-home a>b 7 (3)",
    ]);
  });

  it("lets the older claim win where the newest has no key", () => {
    const nodes = [
      a(),
      b({
        slots: [
          [7, 7],
          [5461, 10922],
        ],
      }),
      c(),
    ];
    const made = plan(nodes, { a: { 7: 3 } });
    expect(told(made)).toEqual(["renounce b>a 7", "announce a 7"]);
    expect(made.steps[0]?.why).toBe(
      "a:6379 and b:6379 claim it; b:6379 has the newer claim but no key of it, a:6379 has keys",
    );
  });

  it("tells members that hold another for the owner", () => {
    const nodes = [a(), b(), c()];
    const stale = viewOf("c", [
      a({
        slots: [
          [0, 6],
          [8, 5460],
        ],
      }),
      b({
        slots: [
          [7, 7],
          [5461, 10922],
        ],
      }),
      c(),
    ]);
    expect(told(plan(nodes, {}, { views: [viewOf("a", nodes), viewOf("b", nodes), stale] }))).toEqual(["announce a 7"]);
  });

  it("leaves slots alone that the servers move by themselves", () => {
    const nodes = [a(), b({ importing: [{ slot: 7, from: "a" }] }), c()];
    const made = plan(nodes, {}, { jobs: new Map([[7, "job1 on a:6379"]]) });
    expect(made).toMatchObject({ steps: [], leftAlone: [] });
    expect(made.notes).toEqual([
      "The servers themselves are moving slots 7 (job1 on a:6379): left alone, nothing is broken there.",
    ]);
  });
});

describe("planFix on slots that nobody serves", () => {
  const without7: SlotRange[] = [
    [0, 6],
    [8, 5460],
  ];

  it("gives one to the only node with its keys", () => {
    expect(told(plan([a({ slots: without7 }), b(), c()], { b: { 7: 2 } }))).toEqual(["claim b 7"]);
  });

  it("gives one to the node with most of its keys, and moves the others' there", () => {
    const made = plan([a({ slots: without7 }), b(), c()], { b: { 7: 2 }, c: { 7: 5 }, a: { 7: 1 } });
    expect(told(made)).toEqual(["claim c 7", "bring-home b>c 7 (2)", "bring-home a>c 7 (1)"]);
  });

  it("gives one without keys back to whom the members name", () => {
    const nodes = [a({ slots: without7 }), b(), c()];
    const views = ["b", "c"].map((id) => viewOf(id, [a(), b(), c()]));
    expect(told(plan(nodes, {}, { views: [viewOf("a", nodes), ...views] }))).toEqual(["claim a 7"]);
  });

  it("shares out those without a trace by the fewest slots, in long runs, the same every time", () => {
    const nodes = [a({ slots: [[0, 99]] }), b(), c(), node("d", [])];
    expect(told(plan(nodes))).toEqual(["claim a 100-5460"]);
    const wide = [a({ slots: [] }), b(), c()];
    expect(told(plan(wide))).toEqual(["claim b 0-2729", "claim c 2730-5460"]);
    expect(plan(wide)).toEqual(plan(wide));
  });

  it("gives slots to empty primaries where nobody serves any", () => {
    expect(told(plan([node("a", []), node("b", [])]))).toEqual(["claim a 0-8191", "claim b 8192-16383"]);
  });

  it("leaves those of a dead primary alone, and says how to go on", () => {
    const made = plan([a(dead), b(), c()], { b: { 7: 1 } });
    expect(made.steps).toEqual([]);
    expect(made.leftAlone).toMatchObject([
      { slots: [[0, 5460]], consent: "a:6379", commands: ["cachectl cluster fix -p prod --accept-loss-of a:6379"] },
    ]);
  });

  it("takes over the slots of a dead primary with consent, by slots or by node", () => {
    const nodes = [a(dead), b(), c()];
    const expected = ["claim b 0-2729", "claim c 2730-5460"];
    expect(told(plan(nodes, {}, { accept: ["a:6379"] }))).toEqual(expected);
    expect(told(plan(nodes, {}, { accept: ["0-5460"] }))).toEqual(expected);
    const half = plan(nodes, {}, { accept: ["0-99"] });
    expect(told(half)).toEqual(["claim b 0-49", "claim c 50-99"]);
    expect(half.leftAlone[0]?.slots).toEqual([[100, 5460]]);
  });

  it("asks for the replica to take over instead, whatever was consented to", () => {
    const replica = node("r", [], { role: "replica", primaryId: "a" });
    const made = plan([a(dead), replica, b(), c()], {}, { accept: ["a:6379"] });
    expect(made.steps).toEqual([]);
    expect(made.leftAlone[0]).toMatchObject({
      consent: null,
      commands: ["cachectl cluster failover -p prod --takeover r:6379"],
    });
  });

  it("does not touch a primary that only this host does not reach", () => {
    const unseen = a({ ...dead, failing: false });
    expect(plan([unseen, b(), c()])).toMatchObject({ steps: [], leftAlone: [] });
    const made = plan([unseen, b({ importing: [{ slot: 7, from: "a" }] }), c()]);
    expect(made.leftAlone[0]?.reason).toContain("the other members do not miss it");
  });

  it("wants consent for slots that nobody remembers while a primary is silent", () => {
    const nodes = [a({ ...dead, slots: [] }), b(), c()];
    expect(plan(nodes, { b: { 7: 1 } }).leftAlone[0]).toMatchObject({ slots: [[0, 5460]], consent: "a:6379" });
    expect(told(plan(nodes, { b: { 7: 1 } }, { accept: ["a:6379"] }))).toEqual([
      "claim b 7",
      "claim b 0-6,8-2729",
      "claim c 2730-5460",
    ]);
  });

  it("does not end a move to a dead node without consent: some of the keys may be there", () => {
    const nodes = [a({ migrating: [{ slot: 7, to: "b" }] }), b({ ...dead, slots: [] }), node("c", [[5461, 16383]])];
    const made = plan(nodes, { a: { 7: 3 } });
    expect(made.steps).toEqual([]);
    expect(made.leftAlone[0]).toMatchObject({ slots: [[7, 7]], consent: "b:6379" });
    expect(told(plan(nodes, { a: { 7: 3 } }, { accept: ["7"] }))).toEqual(["close a 7"]);
  });
});

describe("parseAcceptedLoss", () => {
  const topology: ClusterTopology = { nodes: [a(dead), b(), c()], uncovered: [], obstacles: [], fingerprint: "f" };

  it("refuses ranges that are none, unknown members and members that answer", () => {
    for (const [text, code] of [
      ["5-3", "no-slots"],
      ["16384", "no-slots"],
      ["x:1", "unknown-node"],
      ["b:6379", "member-alive"],
    ])
      expect(parseAcceptedLoss(topology, [text ?? ""])).toMatchObject({ refused: true, code });
  });
});
