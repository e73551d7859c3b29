import { describe, expect, it } from "vitest";
import { hitRateLow } from "../../../../src/analyze/rules/hit-rate-low.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const lookups = (keyspace_hits: number, keyspace_misses: number) =>
  redisNode({ window: { seconds: 3, counters: { keyspace_hits, keyspace_misses } } });

describe("hit-rate-low", () => {
  it.each([
    [2_399, 601, "medium"],
    [1_500, 1_500, "medium"],
    [1_499, 1_501, "high"],
  ])("reports %i hits and %i misses as %s", (hits, misses, priority) => {
    const [finding] = judge(hitRateLow, lookups(hits, misses)).findings;
    expect(finding).toMatchObject({ priority });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "keyspace_misses", value: misses }));
  });

  it("finds exactly 80 % healthy", () => {
    expect(judge(hitRateLow, lookups(2_400, 600)).outcome).toBe("healthy");
  });

  it("begins at 100 lookups a second", () => {
    expect(judge(hitRateLow, lookups(0, 299)).outcome).toBe("healthy");
    expect(judge(hitRateLow, lookups(0, 300)).outcome).toBe("finding");
  });

  it("finds an idle server healthy", () => {
    expect(judge(hitRateLow, lookups(0, 0)).outcome).toBe("healthy");
  });

  it("trusts an average since start little", () => {
    const window = { basis: "since-start", counters: { keyspace_hits: 0, keyspace_misses: 3_000 } } as const;
    expect(judge(hitRateLow, redisNode({ window })).findings).toMatchObject([{ confidence: "low" }]);
  });

  it.each(["queue", "store"] as const)("does not apply to a %s", (role) => {
    expect(judge(hitRateLow, lookups(0, 3_000), { role }).outcome).toBe("not-applicable");
  });

  it("does not apply to a replica", () => {
    expect(judge(hitRateLow, redisNode({ replication: { role: "replica" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when keyspace_hits is not reported", () => {
    expect(judge(hitRateLow, redisNode({ window: { counters: without("keyspace_hits") } })).outcome).toBe(
      "cannot-judge",
    );
  });

  it("cannot judge without window", () => {
    const verdict = judge(hitRateLow, redisNode({ window: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
