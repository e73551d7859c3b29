import { describe, expect, it } from "vitest";
import { evictionDisabledFull } from "../../../../src/analyze/rules/eviction-disabled-full.js";
import { missing } from "../../../../src/model/fact.js";
import { type Overrides, redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const full = (maxmemoryPolicy: string, usedBytes: number, overrides: Overrides = {}) =>
  redisNode({ memory: { maxmemoryPolicy, usedBytes, maxmemoryBytes: 1_000 }, ...overrides });

describe("eviction-disabled-full", () => {
  it("reports noeviction at 90 %", () => {
    const [finding] = judge(evictionDisabledFull, full("noeviction", 900)).findings;
    expect(finding).toMatchObject({ priority: "critical" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "utilization", value: 90 }));
  });

  it("reports a volatile policy with no key to evict", () => {
    const keyspace = { keys: 100, expires: 0 };
    expect(judge(evictionDisabledFull, full("volatile-lru", 950, { keyspace })).findings).toHaveLength(1);
  });

  it("suggests room for data of an unknown kind, with which it is healthy", () => {
    const [command] = judge(evictionDisabledFull, full("noeviction", 980)).findings[0]?.commands ?? [];
    const maxmemoryBytes = command?.kind === "server" ? Number(command.argv.at(-1)) : Number.NaN;
    expect(maxmemoryBytes).toBe(1_400);
    const roomy = redisNode({ memory: { usedBytes: 980, maxmemoryBytes, maxmemoryPolicy: "noeviction" } });
    expect(judge(evictionDisabledFull, roomy).outcome).toBe("healthy");
  });

  it("suggests eviction only for a cache", () => {
    const { findings } = judge(evictionDisabledFull, full("noeviction", 980), { role: "cache" });
    expect(findings[0]?.commands).toMatchObject([{ argv: ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"] }]);
  });

  it.each([
    ["noeviction", 899],
    ["allkeys-lru", 1_000],
    ["volatile-lru", 1_000],
  ])("finds %s at %i of 1000 bytes healthy", (policy, usedBytes) => {
    expect(judge(evictionDisabledFull, full(policy, usedBytes)).outcome).toBe("healthy");
  });

  it("does not apply without maxmemory or to a replica", () => {
    const unlimited = redisNode({ memory: { maxmemoryBytes: 0 } });
    expect(judge(evictionDisabledFull, unlimited).outcome).toBe("not-applicable");
    const replica = full("noeviction", 990, { replication: { role: "replica" } });
    expect(judge(evictionDisabledFull, replica).outcome).toBe("not-applicable");
  });

  it.each(["usedBytes", "maxmemoryBytes", "maxmemoryPolicy"] as const)("cannot judge without %s", (field) => {
    expect(judge(evictionDisabledFull, redisNode({ memory: { [field]: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without keyspace", () => {
    const verdict = judge(
      evictionDisabledFull,
      redisNode({ keyspace: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
