import { describe, expect, it } from "vitest";
import { lostItems, serverFailures, serversSection } from "../../../../src/report/warm/servers-section.js";

const well = {
  ...{ address: "a:11211", written: 10, present: 2, refused: 0, unanswered: 0, lost: 0 },
  ...{ restarted: false, away: false },
};

describe("servers of a pool in the report of a warm-up", () => {
  it("are no failure while they keep what they acknowledged", () => {
    expect(serverFailures([well])).toEqual([]);
    expect(lostItems([well])).toBe(0);
  });

  it("are one when they were restarted, also where only what was found there is gone", () => {
    const restarted = { ...well, written: 0, restarted: true };
    expect(serverFailures([well, restarted])).toEqual([
      {
        step: "keep what was written to a:11211",
        reason: "it was restarted while it was warmed and lost what it held, 0 items of this run among it",
      },
    ]);
  });

  it("cannot be judged when they do not answer at the end", () => {
    expect(serverFailures([{ ...well, away: true }])[0]?.reason).toBe(
      "it does not answer any more: whether it still holds the 10 items is not known",
    );
  });

  it("are listed where there are several", () => {
    expect(serversSection([well], "t")).toEqual([]);
    const [section] = serversSection([well, { ...well, address: "b:11211", lost: 3 }], "t");
    expect(section?.kind === "table" ? section.rows.map(({ server, lost }) => [server, lost]) : []).toEqual([
      ["a:11211", 0],
      ["b:11211", 3],
    ]);
  });
});
