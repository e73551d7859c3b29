import { describe, expect, it } from "vitest";
import { isRefusal, type SlotPlan } from "../../../src/model/slot-plan.js";
import { parseSlotPlan } from "../../../src/plan/parse-slot-plan.js";
import { planRebalance } from "../../../src/plan/plan-rebalance.js";
import { topologyWith } from "../../support/plan-topologies.js";

function plan(): SlotPlan {
  const topology = topologyWith([[[0, 9_999]], [[10_000, 16_383]], []]);
  const made = planRebalance(topology, {
    ...{ target: "prod", by: "slots", weights: {}, includeEmpty: true, drain: [], thresholdPercent: 2, loads: null },
  });
  if (isRefusal(made)) throw new Error(made.message);
  return made;
}

/** What is said of the plan with these changes. */
function problemsOf(differs: object | string): string {
  const text = typeof differs === "string" ? differs : JSON.stringify({ ...plan(), ...differs });
  const answer = parseSlotPlan(text);
  if (!isRefusal(answer)) return "";
  expect(answer.code).toBe("bad-plan");
  expect(answer.hint).toContain("--plan-out");
  return answer.message;
}

function withMove(differs: object, at = 0): object {
  return { moves: plan().moves.map((move, i) => (i === at ? { ...move, ...differs } : move)) };
}

describe("parseSlotPlan", () => {
  it("reads what was written", () => {
    expect(parseSlotPlan(JSON.stringify(plan()))).toEqual(plan());
  });

  it("knows no fields beyond its own", () => {
    expect(parseSlotPlan(JSON.stringify({ ...plan(), more: 1 }))).toEqual(plan());
  });

  it.each([
    ["an empty file", "", "no JSON"],
    ["a file cut short", JSON.stringify({ kind: "slot-plan" }).slice(0, -1), "no JSON"],
    ["a list", "[]", "the plan is not an object"],
    ["null", "null", "the plan is not an object"],
  ])("refuses %s", (_what, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  it.each([
    ["another version", { schemaVersion: 2 }, "schemaVersion is not 1"],
    ["another kind of plan", { kind: "create-plan" }, 'kind is not "slot-plan"'],
    ["a measure that does not exist", { by: "luck" }, 'by is not "slots" or "keys" or "bytes" or "ops"'],
    ["no fingerprint", { fingerprint: undefined }, "fingerprint is missing"],
    ["an empty fingerprint", { fingerprint: "" }, "fingerprint is not a text"],
    ["no moves", { moves: undefined }, "moves is missing"],
    ["a sum that is wrong", { totals: { slots: 1, keys: null, bytes: null } }, "totals.slots is not the number of all"],
    ["negative keys", { totals: { slots: 1, keys: -1, bytes: null } }, "totals.keys is not a number or null"],
    ["a note that is no text", { notes: [7] }, "notes[0] is not a text"],
  ])("refuses %s", (_what, differs, problem) => {
    expect(problemsOf(differs)).toContain(problem);
  });

  it.each([
    [
      "an id that is too short",
      { from: { id: "abc", address: "a:1" } },
      "moves[0].from.id is not 40 hexadecimal digits",
    ],
    ["an id that is missing", { to: { address: "a:1" } }, "moves[0].to.id is missing"],
    ["a range backwards", { slots: [[9, 2]] }, "moves[0].slots[0] ends before it begins"],
    ["a slot that does not exist", { slots: [[0, 16_384]] }, "moves[0].slots[0] goes beyond slot 16383"],
    ["a slot that is no number", { slots: [["0", 1]] }, "moves[0].slots[0][0] is not a whole number"],
    ["a range of three", { slots: [[0, 1, 2]] }, "moves[0].slots[0] has more than a first and a last slot"],
    ["a count that is wrong", { slotCount: 3 }, "moves[0].slotCount is not the number of its slots"],
    [
      "a slot twice",
      {
        slots: [
          [5, 5],
          [4, 6],
        ],
        slotCount: 4,
      },
      "moves[0] names slot 5 twice",
    ],
    ["a move to its own source", { to: plan().moves[0]?.from }, "moves[0] goes from 10.0.0.1:7000 to itself"],
  ])("refuses a move with %s", (_what, differs, problem) => {
    expect(problemsOf(withMove(differs))).toContain(problem);
  });

  it("refuses a slot that two moves name, and a second move of one pair", () => {
    const [move] = plan().moves;
    const twice = problemsOf({ moves: [move, move] });
    expect(twice).toContain(`slot ${move?.slots[0]?.[0] ?? ""} is in moves[0] and moves[1]`);
    expect(twice).toContain("moves[1] is a second move between its pair");
  });

  it("names every problem with its place, up to ten, and counts the rest", () => {
    const said = problemsOf({ moves: [{}, {}, {}] });
    expect(said.split(";")).toHaveLength(11);
    expect(said).toMatch(/; and \d+ more\.$/);
  });
});
