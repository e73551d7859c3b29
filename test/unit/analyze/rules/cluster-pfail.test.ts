import { describe, expect, it } from "vitest";
import { clusterPfail } from "../../../../src/analyze/rules/cluster-pfail.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const suspected = (slotsPfail: number | null) => judge(clusterPfail, redisNode({ clusterInfo: { slotsPfail } }));

describe("cluster-pfail", () => {
  it("reports one suspected slot as high", () => {
    expect(suspected(1).findings).toMatchObject([
      { priority: "high", evidence: [{ fact: "cluster_slots_pfail", value: 1 }] },
    ]);
  });

  it("finds a cluster without suspicion healthy", () => {
    expect(suspected(0).outcome).toBe("healthy");
  });

  it("cannot judge without the count or without CLUSTER INFO", () => {
    expect(suspected(null).outcome).toBe("cannot-judge");
    const denied = redisNode({ clusterInfo: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterPfail, denied).outcome).toBe("cannot-judge");
  });
});
