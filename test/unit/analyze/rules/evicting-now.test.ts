import { describe, expect, it } from "vitest";
import { evictingNow } from "../../../../src/analyze/rules/evicting-now.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const evicting = (counters: Record<string, number>) => redisNode({ window: { counters } });

describe("evicting-now", () => {
  it("reports evictions in the window, with a roomier limit", () => {
    const [finding] = judge(evictingNow, evicting({ evicted_keys: 6 })).findings;
    expect(finding).toMatchObject({
      priority: "medium",
      commands: [{ argv: ["CONFIG", "SET", "maxmemory", String(6 * 2 ** 30)] }],
    });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "evictions per second", value: 2 }));
  });

  it.each([
    [2_400, 600, "medium"],
    [2_399, 601, "high"],
    [0, 299, "medium"],
    [0, 300, "high"],
  ])("judges %i hits and %i misses in three seconds as %s", (keyspace_hits, keyspace_misses, priority) => {
    const counters = { evicted_keys: 1, keyspace_hits, keyspace_misses };
    expect(judge(evictingNow, evicting(counters)).findings).toMatchObject([{ priority }]);
  });

  it.each(["store", "queue"] as const)("is high for a %s, which loses data", (role) => {
    expect(judge(evictingNow, evicting({ evicted_keys: 1 }), { role }).findings).toMatchObject([{ priority: "high" }]);
  });

  it("only mentions evictions of the past", () => {
    const node = redisNode({ window: { basis: "since-start", seconds: 864_000, counters: { evicted_keys: 1 } } });
    expect(judge(evictingNow, node).findings).toMatchObject([{ priority: "info", confidence: "low" }]);
  });

  it("suggests no limit that the host has no room for", () => {
    const node = redisNode({
      memory: { maxmemoryBytes: 501, totalSystemBytes: 1_000 },
      window: { counters: { evicted_keys: 1 } },
    });
    expect(judge(evictingNow, node).findings).toMatchObject([{ commands: [] }]);
  });

  it("finds no eviction healthy", () => {
    expect(judge(evictingNow, evicting({ evicted_keys: 0 })).outcome).toBe("healthy");
  });

  it("does not apply to a replica", () => {
    const node = redisNode({ replication: { role: "replica" }, window: { counters: { evicted_keys: 9 } } });
    expect(judge(evictingNow, node).outcome).toBe("not-applicable");
  });

  it("cannot judge when evicted_keys is not reported", () => {
    expect(judge(evictingNow, redisNode({ window: { counters: without("evicted_keys") } })).outcome).toBe(
      "cannot-judge",
    );
  });

  it("cannot judge without window", () => {
    const verdict = judge(evictingNow, redisNode({ window: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
