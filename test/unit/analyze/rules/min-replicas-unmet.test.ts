import { describe, expect, it } from "vitest";
import { minReplicasUnmet } from "../../../../src/analyze/rules/min-replicas-unmet.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const guarded = (minReplicasGood: number | null, config: Record<string, string> = {}) =>
  redisNode({ replication: { minReplicasGood }, config: { "min-replicas-to-write": "2", ...config } });

describe("min-replicas-unmet", () => {
  it("reports one good replica where two are required, and a setting that it meets", () => {
    const { findings } = judge(minReplicasUnmet, guarded(1));
    expect(findings).toMatchObject([
      { priority: "critical", commands: [{ argv: ["CONFIG", "SET", "min-replicas-to-write", "1"] }] },
    ]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "min_slaves_good_slaves", value: 1 }));
    expect(judge(minReplicasUnmet, guarded(1, { "min-replicas-to-write": "1" })).outcome).toBe("healthy");
  });

  it("finds as many good replicas as required healthy", () => {
    expect(judge(minReplicasUnmet, guarded(2)).outcome).toBe("healthy");
  });

  it.each([{ "min-replicas-to-write": "0" }, { "min-replicas-max-lag": "0" }])("does not apply with %o", (config) => {
    expect(judge(minReplicasUnmet, guarded(null, config)).outcome).toBe("not-applicable");
  });

  it("does not apply to a replica", () => {
    expect(judge(minReplicasUnmet, redisNode({ replication: { role: "replica" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show the good replicas", () => {
    expect(judge(minReplicasUnmet, guarded(null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge when CONFIG does not show the requirement", () => {
    expect(judge(minReplicasUnmet, guarded(1, { "min-replicas-to-write": "" })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(minReplicasUnmet, node)).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG is not permitted" });
  });
});
