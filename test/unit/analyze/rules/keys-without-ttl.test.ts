import { describe, expect, it } from "vitest";
import { keysWithoutTtl } from "../../../../src/analyze/rules/keys-without-ttl.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const holding = (keys: number, expires: number, maxmemoryPolicy = "allkeys-lru") =>
  redisNode({
    keyspace: { keys, expires, databases: { "0": { keys, expires, avgTtlMs: 0 } } },
    memory: { maxmemoryPolicy },
  });

describe("keys-without-ttl", () => {
  it("reports more than 20 % of keys without a TTL", () => {
    const [finding] = judge(keysWithoutTtl, holding(1_000, 799)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "keys without a TTL", value: 20.1 }));
  });

  it("finds exactly 20 % healthy", () => {
    expect(judge(keysWithoutTtl, holding(1_000, 800)).outcome).toBe("healthy");
  });

  it("begins at 1,000 keys", () => {
    expect(judge(keysWithoutTtl, holding(999, 0)).outcome).toBe("healthy");
    expect(judge(keysWithoutTtl, holding(1_000, 0)).outcome).toBe("finding");
  });

  it.each([
    [null, "not-applicable"],
    ["cache", "finding"],
    ["session", "finding"],
    ["store", "not-applicable"],
  ] as const)("judges noeviction with the role %s as %s", (role, outcome) => {
    expect(judge(keysWithoutTtl, holding(1_000, 0, "noeviction"), { role }).outcome).toBe(outcome);
  });

  it.each(["store", "queue"] as const)("does not apply to a %s with an evicting policy", (role) => {
    expect(judge(keysWithoutTtl, holding(1_000, 0), { role }).outcome).toBe("not-applicable");
  });

  it("does not apply to a replica", () => {
    expect(judge(keysWithoutTtl, redisNode({ replication: { role: "replica" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when neither role nor policy is known", () => {
    expect(judge(keysWithoutTtl, redisNode({ memory: { maxmemoryPolicy: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without keyspace", () => {
    const verdict = judge(keysWithoutTtl, redisNode({ keyspace: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
