import { describe, expect, it } from "vitest";
import { clusterVersionsMixed } from "../../../../src/analyze/rules/cluster-versions-mixed.js";
import { missing } from "../../../../src/model/fact.js";
import type { ServerFacts } from "../../../../src/model/facts.js";
import { clusterOf, sixMembers } from "../../../support/cluster-views.js";
import { redisNode, withFacts } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

/** Three primaries and their replicas in this order; those not named run Valkey 9.1.2. */
function running(...servers: (Partial<ServerFacts> | undefined)[]) {
  return clusterOf(sixMembers()).map((node, index) => withFacts(node, { server: servers[index] ?? {} }));
}

describe("cluster-versions-mixed", () => {
  it("reports different release lines as medium, with every node's version", () => {
    const { findings } = judge(clusterVersionsMixed, running({ version: "8.1.1" }));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence[0]).toMatchObject({ fact: "version", value: "valkey 8.1.1" });
  });

  it("reports two products as medium", () => {
    const nodes = running({ product: "redis", version: "8.0.2" });
    expect(judge(clusterVersionsMixed, nodes).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("reports a replica older than its primary as high", () => {
    const nodes = running(undefined, undefined, undefined, { version: "8.1.1" });
    expect(judge(clusterVersionsMixed, nodes).findings).toMatchObject([
      { priority: "high", nodes: ["10.0.0.1:6379", "10.0.0.4:6379"] },
    ]);
  });

  it("reports different patch releases as low", () => {
    expect(judge(clusterVersionsMixed, running({ version: "9.1.1" })).findings).toMatchObject([{ priority: "low" }]);
  });

  it("is healthy with one version everywhere", () => {
    expect(judge(clusterVersionsMixed, running()).outcome).toBe("healthy");
  });

  it("cannot judge nodes that do not say their version", () => {
    expect(judge(clusterVersionsMixed, redisNode({ server: missing("not-permitted", "NOPERM") })).outcome).toBe(
      "cannot-judge",
    );
  });
});
