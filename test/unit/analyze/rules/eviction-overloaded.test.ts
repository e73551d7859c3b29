import { describe, expect, it } from "vitest";
import { evictionOverloaded } from "../../../../src/analyze/rules/eviction-overloaded.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const exceeded = (current_eviction_exceeded_time: number) =>
  redisNode({ counters: { current_eviction_exceeded_time }, memory: { usedBytes: 700, maxmemoryBytes: 600 } });

describe("eviction-overloaded", () => {
  it("reports a server that stays above its limit, with a roomier one", () => {
    const [finding] = judge(evictionOverloaded, exceeded(1)).findings;
    expect(finding).toMatchObject({ priority: "high", commands: [{ argv: ["CONFIG", "SET", "maxmemory", "1000"] }] });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "current_eviction_exceeded_time", value: 1 }),
    );
  });

  it("finds 0 ms healthy", () => {
    expect(judge(evictionOverloaded, exceeded(0)).outcome).toBe("healthy");
  });

  it("does not apply to a replica", () => {
    const node = redisNode({ replication: { role: "replica" }, counters: { current_eviction_exceeded_time: 5 } });
    expect(judge(evictionOverloaded, node).outcome).toBe("not-applicable");
  });

  it("does not apply before Redis 7.0, which does not report it", () => {
    const verdict = judge(evictionOverloaded, redisNode({ server: { product: "redis", version: "6.0.16" } }));
    expect(verdict.outcome).toBe("not-applicable");
    expect(verdict.reason).toContain("from Redis 7.0 on");
  });

  it("cannot judge when a version that reports it does not show it", () => {
    expect(judge(evictionOverloaded, redisNode()).outcome).toBe("cannot-judge");
  });

  it("cannot judge without counters", () => {
    const verdict = judge(
      evictionOverloaded,
      redisNode({ counters: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
