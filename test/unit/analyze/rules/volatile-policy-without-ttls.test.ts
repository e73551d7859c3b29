import { describe, expect, it } from "vitest";
import { volatilePolicyWithoutTtls } from "../../../../src/analyze/rules/volatile-policy-without-ttls.js";
import { missing } from "../../../../src/model/fact.js";
import type { MemoryFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const volatile = (keys: number, expires: number, memory: Partial<MemoryFacts> = {}) =>
  redisNode({ memory: { maxmemoryPolicy: "volatile-lru", ...memory }, keyspace: { keys, expires } });

describe("volatile-policy-without-ttls", () => {
  it("reports less than 5 % of keys with a TTL", () => {
    const [finding] = judge(volatilePolicyWithoutTtls, volatile(1_000, 49)).findings;
    expect(finding).toMatchObject({ priority: "high" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "keys with a TTL", value: 4.9 }));
  });

  it("finds exactly 5 % healthy", () => {
    expect(judge(volatilePolicyWithoutTtls, volatile(1_000, 50)).outcome).toBe("healthy");
  });

  it("begins at ten keys", () => {
    expect(judge(volatilePolicyWithoutTtls, volatile(9, 0)).outcome).toBe("healthy");
    expect(judge(volatilePolicyWithoutTtls, volatile(10, 0)).outcome).toBe("finding");
  });

  it("is low while no maxmemory makes the policy act", () => {
    const node = volatile(1_000, 0, { maxmemoryBytes: 0 });
    expect(judge(volatilePolicyWithoutTtls, node).findings).toMatchObject([{ priority: "low" }]);
  });

  it.each([
    ["volatile-lru", null, "allkeys-lru"],
    ["volatile-lfu", "cache", "allkeys-lfu"],
    ["volatile-ttl", "store", "noeviction"],
    ["volatile-lru", "queue", "noeviction"],
  ] as const)("suggests instead of %s for the role %s: %s", (maxmemoryPolicy, role, policy) => {
    const { findings } = judge(volatilePolicyWithoutTtls, volatile(1_000, 0, { maxmemoryPolicy }), { role });
    expect(findings[0]?.commands).toMatchObject([{ argv: ["CONFIG", "SET", "maxmemory-policy", policy] }]);
  });

  it.each([
    [null, 0, []],
    ["session", 0, []],
    ["cache", 0, ["allkeys-lru"]],
    ["store", 0, ["noeviction"]],
    ["store", 10, []],
  ] as const)(
    "suggests for the role %s, nearly full with %i TTLs, only what costs nothing: %j",
    (role, ttls, policies) => {
      const node = volatile(1_000, ttls, { usedBytes: 800, maxmemoryBytes: 1_000 });
      const { findings } = judge(volatilePolicyWithoutTtls, node, { role });
      expect(findings[0]?.commands).toMatchObject(
        policies.map((policy) => ({ argv: ["CONFIG", "SET", "maxmemory-policy", policy] })),
      );
    },
  );

  it("does not apply to other policies or to a replica", () => {
    expect(judge(volatilePolicyWithoutTtls, redisNode()).outcome).toBe("not-applicable");
    const replica = redisNode({ memory: { maxmemoryPolicy: "volatile-lru" }, replication: { role: "replica" } });
    expect(judge(volatilePolicyWithoutTtls, replica).outcome).toBe("not-applicable");
  });

  it("cannot judge when the policy is not reported", () => {
    expect(judge(volatilePolicyWithoutTtls, redisNode({ memory: { maxmemoryPolicy: null } })).outcome).toBe(
      "cannot-judge",
    );
  });

  it("cannot judge without keyspace", () => {
    const verdict = judge(
      volatilePolicyWithoutTtls,
      redisNode({ keyspace: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
