import { describe, expect, it } from "vitest";
import { moveChange, type MoveOutcome } from "../../../../src/report/cluster-change/move-change.js";

const [a, b, c] = ["a", "b", "c"].map((letter) => ({ id: letter.repeat(40), address: `10.0.0.1:700${letter}` })) as [
  Ref,
  Ref,
  Ref,
];
type Ref = { id: string; address: string };

const allMoved: MoveOutcome = {
  moved: [{ from: a, to: b, slots: [[0, 9]], keys: 1_234, engine: "classic" }],
  notMoved: [],
  ...{ keys: 1_234, seconds: 2, longestStallMs: 1, unverified: null },
};

const plain = { target: "prod" };

describe("what a move of slots did", () => {
  it("is complete when all was moved and every node agrees", () => {
    expect(moveChange(allMoved, plain)).toEqual({
      complete: true,
      done: [`moved 10 slots (0-9) from ${a.address} to ${b.address} with 1,234 keys`],
      failed: [],
      notDone: [],
      goOn: [],
    });
  });

  it("is not complete while nodes disagree, though all was moved", () => {
    const change = moveChange({ ...allMoved, unverified: "10.0.0.1:7009 sees another owner" }, plain);
    expect(change).toMatchObject({ complete: false, goOn: ["cachectl cluster check -p prod"] });
    expect(change.failed[0]?.reason).toBe("10.0.0.1:7009 sees another owner");
  });

  it("counts slots that a signal left alone as not done, and says exactly which to go on with", () => {
    const reason = "Stopped on request before these slots were begun";
    const left = (stopped: boolean): MoveOutcome => ({
      ...allMoved,
      notMoved: [
        {
          from: a,
          to: c,
          slots: [
            [10, 19],
            [30, 30],
          ],
          state: "not-begun",
          stopped,
          reason,
        },
      ],
    });
    expect(moveChange(left(true), plain)).toMatchObject({
      complete: false,
      failed: [],
      notDone: [`move 11 slots (10-19,30) from ${a.address} to ${c.address}`],
      goOn: [`cachectl cluster reshard -p prod --from ${a.address} --to ${c.address} --slot-ranges 10-19,30`],
    });
    expect(moveChange(left(false), plain)).toMatchObject({ notDone: [], failed: [{ reason }] });
  });

  it("counts half-moved slots as failed, even after a signal, and points to fix first", () => {
    const result: MoveOutcome = {
      ...allMoved,
      notMoved: [{ from: a, to: c, slots: [[7, 7]], state: "open", stopped: true, reason: "BUSYKEY." }],
    };
    const change = moveChange(result, plain);
    expect(change.failed).toEqual([
      {
        step: `move 1 slot (7) from ${a.address} to ${c.address}`,
        reason: "BUSYKEY; the slots are half-moved, and both nodes serve their keys",
      },
    ]);
    expect(change.goOn).toEqual(["cachectl cluster fix -p prod"]);
  });
});
