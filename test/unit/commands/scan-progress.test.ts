import { describe, expect, it } from "vitest";
import { ScanProgress } from "../../../src/commands/keyspace/scan-progress.js";

function progressAt(times: number[]) {
  const shown: string[] = [];
  const clock = { now: () => 0, monotonicMs: () => times.shift() ?? 0, sleep: () => Promise.resolve() };
  const progress = { update: (text: string) => void shown.push(text), note: () => {}, stop: () => {} };
  return { shown, progress: new ScanProgress(progress, clock) };
}

describe("the progress of a scan", () => {
  it("adds the nodes up and says rate and time left", () => {
    const { shown, progress } = progressAt([0, 250, 1_250, 1_300]);
    progress.seen("a", 0, 3_000);
    progress.seen("a", 1_000, 3_000);
    progress.seen("b", 4_000, 7_000);
    expect(shown.at(-1)).toBe("Reading keys: 1,000 of 3,000, 800 keys/s, 3 s left");
  });

  it("is shown no more often than a person can read", () => {
    const { shown, progress } = progressAt([0, 250, 300, 460]);
    progress.seen("a", 1, 10);
    progress.seen("a", 2, 10);
    progress.seen("a", 3, 10);
    expect(shown).toHaveLength(2);
  });

  it("counts what an earlier run has seen to the total, not to the rate", () => {
    const { shown, progress } = progressAt([0, 500, 1_000]);
    progress.seen("a", 1_000, 2_000);
    progress.seen("a", 1_100, 2_000);
    expect(shown.at(-1)).toBe("Reading keys: 1,100 of 2,000, 100 keys/s, 9 s left");
  });

  it("says nothing of the time left where the number of keys is not known or too low", () => {
    const { shown, progress } = progressAt([0, 250, 500]);
    progress.seen("a", 10, null);
    progress.seen("a", 20, 15);
    expect(shown).toEqual(["Reading keys: 10, 0 keys/s", "Reading keys: 20, 20 keys/s"]);
  });
});
