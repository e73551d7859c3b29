import { describe, expect, it } from "vitest";
import { cowHigh } from "../../../../src/analyze/rules/cow-high.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const mebibyte = 2 ** 20;
const saved = (rdbLastCowBytes: number | null, usedBytes: number) =>
  redisNode({ persistence: { rdbLastCowBytes }, memory: { usedBytes } });

describe("cow-high", () => {
  it("reports a save that copied more than half of the memory", () => {
    const { findings } = judge(cowHigh, saved(60 * mebibyte, 100 * mebibyte));
    expect(findings).toMatchObject([{ priority: "info" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "rdb_last_cow_size", value: 60 * mebibyte }),
    );
  });

  it("finds exactly half healthy", () => {
    expect(judge(cowHigh, saved(50 * mebibyte, 100 * mebibyte)).outcome).toBe("healthy");
  });

  it("finds up to 10 MiB healthy on a small instance", () => {
    expect(judge(cowHigh, saved(10 * mebibyte, 11 * mebibyte)).outcome).toBe("healthy");
    expect(judge(cowHigh, saved(10 * mebibyte + 1, 11 * mebibyte)).outcome).toBe("finding");
  });

  it("does not apply before the first save", () => {
    expect(judge(cowHigh, saved(0, 100 * mebibyte)).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show rdb_last_cow_size", () => {
    expect(judge(cowHigh, saved(null, 100 * mebibyte)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO memory", () => {
    const node = redisNode({ memory: missing("not-permitted", "INFO is not permitted") });
    expect(judge(cowHigh, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
