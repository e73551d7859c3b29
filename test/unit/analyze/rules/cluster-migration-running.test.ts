import { describe, expect, it } from "vitest";
import { clusterMigrationRunning } from "../../../../src/analyze/rules/cluster-migration-running.js";
import { known, missing } from "../../../../src/model/fact.js";
import type { SlotMigrationEntry } from "../../../../src/model/facts.js";
import type { ObservedNode } from "../../../../src/model/observation.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

function withJob(job: Partial<SlotMigrationEntry>, product: "valkey" | "redis" = "valkey"): ObservedNode {
  const { node, facts } = redisNode({ server: { product } });
  const entry: SlotMigrationEntry = {
    ...{ name: "job", direction: "export", slots: [[0, 99]], sourceId: null, targetId: null },
    ...{ state: "snapshotting", running: true, message: null, createdAt: null },
    ...job,
  };
  return { node, facts: { ...facts, slotMigrations: known([entry]) } };
}

describe("cluster-migration-running", () => {
  it("reports a job that runs, its slots and state, and how to look at it", () => {
    const { findings } = judge(clusterMigrationRunning, withJob({}));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toMatchObject([{ fact: "export of 0-99", value: "snapshotting" }]);
    expect(findings[0]?.commands).toMatchObject([{ argv: ["CLUSTER", "GETSLOTMIGRATIONS"] }]);
    expect(judge(clusterMigrationRunning, withJob({}, "redis")).findings[0]?.commands).toMatchObject([
      { argv: ["CLUSTER", "MIGRATION", "STATUS", "ALL"] },
    ]);
  });

  it("is healthy when all jobs have ended", () => {
    expect(judge(clusterMigrationRunning, withJob({ running: false, state: "success" })).outcome).toBe("healthy");
  });

  it("is not applicable to servers that have no such jobs", () => {
    const node = redisNode({ slotMigrations: missing("not-supported", "from Valkey 9.0 on") });
    expect(judge(clusterMigrationRunning, node).outcome).toBe("not-applicable");
  });

  it("cannot judge a server that refuses to list them", () => {
    const node = redisNode({ slotMigrations: missing("not-permitted", "NOPERM") });
    expect(judge(clusterMigrationRunning, node).outcome).toBe("cannot-judge");
  });
});
