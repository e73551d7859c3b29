import { describe, expect, it } from "vitest";
import { logicalDatabasesMixed } from "../../../../src/analyze/rules/logical-databases-mixed.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const withSecond = (keys: number) => redisNode({ keyspace: { databases: { "1": { keys, expires: 0, avgTtlMs: 0 } } } });

describe("logical-databases-mixed", () => {
  it("mentions two databases with keys", () => {
    const [finding] = judge(logicalDatabasesMixed, withSecond(1)).findings;
    expect(finding).toMatchObject({ priority: "info" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "databases with keys", value: 2 }));
  });

  it("finds one database healthy", () => {
    expect(judge(logicalDatabasesMixed, redisNode()).outcome).toBe("healthy");
    expect(judge(logicalDatabasesMixed, withSecond(0)).outcome).toBe("healthy");
  });

  it("does not apply to a cluster or a replica", () => {
    expect(judge(logicalDatabasesMixed, redisNode({ server: { mode: "cluster" } })).outcome).toBe("not-applicable");
    const replica = redisNode({ replication: { role: "replica" } });
    expect(judge(logicalDatabasesMixed, replica).outcome).toBe("not-applicable");
  });

  it("cannot judge without keyspace", () => {
    const verdict = judge(
      logicalDatabasesMixed,
      redisNode({ keyspace: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
