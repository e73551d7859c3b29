import { describe, expect, it } from "vitest";
import type { SlotPlan } from "../../../../src/model/slot-plan.js";
import { planSections } from "../../../../src/report/cluster-change/plan-sections.js";
import { planSize, timeNote } from "../../../../src/report/cluster-change/plan-text.js";

const from = { id: "a".repeat(40), address: "10.0.0.1:6379" };
const to = { id: "b".repeat(40), address: "10.0.0.2:6379" };

const plan: SlotPlan = {
  ...{ schemaVersion: 1, kind: "slot-plan", operation: "cluster-rebalance", target: "prod", by: "slots" },
  fingerprint: "f",
  moves: [{ from, to, slots: [[0, 99]], slotCount: 100, keys: 1_000.4, bytes: null }],
  shares: [
    {
      ...from,
      weight: 1,
      slotsBefore: 8_292,
      slotsAfter: 8_192,
      loadBefore: 8_292,
      loadAfter: 8_192,
      loadWanted: 8_192,
    },
    { ...to, weight: 1, slotsBefore: 8_092, slotsAfter: 8_192, loadBefore: 8_092, loadAfter: 8_192, loadWanted: 8_192 },
  ],
  totals: { slots: 100, keys: 1_000.4, bytes: null },
  notes: [],
};

describe("a plan of slot moves in a report", () => {
  it("shows every primary before and after, and what goes where", () => {
    const [shares, moves] = planSections(plan);
    expect(shares).toMatchObject({
      id: "shares",
      rows: [
        { node: from.address, slotsBefore: 8_292, slotsAfter: 8_192, slotsChange: "-100" },
        { node: to.address, slotsBefore: 8_092, slotsAfter: 8_192, slotsChange: "+100" },
      ],
    });
    expect(moves).toMatchObject({
      id: "moves",
      rows: [{ from: from.address, to: to.address, slots: "0-99", keys: 1_000, bytes: null }],
    });
  });

  it("has no table of moves where nothing moves", () => {
    expect(planSections({ ...plan, moves: [] }).map(({ id }) => id)).toEqual(["shares"]);
  });

  it("names the pair where there is one, and leaves out what is not known", () => {
    expect(planSize(plan)).toBe("100 slots with about 1,000 keys from 10.0.0.1:6379 to 10.0.0.2:6379");
    expect(planSize({ ...plan, totals: { slots: 100, keys: null, bytes: null } })).toBe(
      "100 slots from 10.0.0.1:6379 to 10.0.0.2:6379",
    );
  });

  it("says that a time is unknown rather than to guess one", () => {
    expect(timeNote(plan, null).join()).toContain("cannot be estimated");
    expect(timeNote(plan, { lowSeconds: 4, highSeconds: 11, basis: "At 100 keys/s." })).toEqual([
      "Estimated time: 4 s to 11 s. At 100 keys/s.",
    ]);
    expect(timeNote({ ...plan, moves: [] }, null)).toEqual([]);
  });
});
