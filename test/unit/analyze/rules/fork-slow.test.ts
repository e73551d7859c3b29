import { describe, expect, it } from "vitest";
import { forkSlow } from "../../../../src/analyze/rules/fork-slow.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const gibibyte = 2 ** 30;
const forked = (usec: number, usedBytes: number | null = gibibyte) =>
  redisNode({ memory: { usedBytes }, counters: { latest_fork_usec: usec } });

describe("fork-slow", () => {
  it("reports a fork of less than 10 GB a second that took more than 100 ms", () => {
    const { findings } = judge(forkSlow, forked(200_000));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "latest_fork_usec", value: 200_000, unit: "microseconds" }),
    );
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "fork rate in GB", value: 5 }));
  });

  it("finds 100 ms healthy at any rate", () => {
    expect(judge(forkSlow, forked(100_000, 1_000)).outcome).toBe("healthy");
    expect(judge(forkSlow, forked(100_001, 1_000)).outcome).toBe("finding");
  });

  it("finds 10 GB a second healthy however long it takes", () => {
    expect(judge(forkSlow, forked(1_000_000, 10 * gibibyte)).outcome).toBe("healthy");
    expect(judge(forkSlow, forked(1_000_000, 10 * gibibyte - 1)).outcome).toBe("finding");
  });

  it("does not apply before the first fork", () => {
    expect(judge(forkSlow, forked(0)).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show used_memory", () => {
    expect(judge(forkSlow, forked(200_000, null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without the counters", () => {
    const node = redisNode({ counters: missing("not-permitted", "INFO is not permitted") });
    expect(judge(forkSlow, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
