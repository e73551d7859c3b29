import { describe, expect, it } from "vitest";
import { clusterConfigDrift } from "../../../../src/analyze/rules/cluster-config-drift.js";
import { missing } from "../../../../src/model/fact.js";
import type { ConfigFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

function node(last: number, role: "primary" | "replica", config: ConfigFacts = {}) {
  return redisNode({ node: { address: `10.0.0.${last}:6379`, role }, config });
}

describe("cluster-config-drift", () => {
  it.each(["maxmemory", "maxmemory-policy", "cluster-node-timeout", "cluster-require-full-coverage"])(
    "reports another %s on one node, beside what most have",
    (name) => {
      const nodes = [
        ...[1, 2].map((last) => node(last, "primary", { [name]: "usual" })),
        node(3, "replica", { [name]: "odd" }),
      ];
      const { findings } = judge(clusterConfigDrift, nodes);
      expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.0.1:6379", "10.0.0.3:6379"] }]);
      expect(findings[0]?.evidence).toMatchObject([
        { fact: name, value: "usual" },
        { fact: name, value: "odd" },
      ]);
    },
  );

  it("reports persistence that differs between nodes of one role as medium", () => {
    const nodes = [node(1, "primary", { appendonly: "yes" }), node(2, "primary"), node(3, "replica")];
    expect(judge(clusterConfigDrift, nodes).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("reports persistence that differs between primaries and replicas only as low", () => {
    const nodes = [node(1, "primary", { save: "" }), node(2, "primary", { save: "" }), node(3, "replica")];
    const { findings } = judge(clusterConfigDrift, nodes);
    expect(findings).toMatchObject([{ priority: "low" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "save", value: "(empty)" }));
  });

  it("is healthy with equal settings, and with a setting that only newer versions have", () => {
    const nodes = [node(1, "primary"), node(2, "replica", { "cluster-allow-replica-migration": "yes" })];
    expect(judge(clusterConfigDrift, nodes).outcome).toBe("healthy");
  });

  it("is not applicable to one node", () => {
    expect(judge(clusterConfigDrift, node(1, "primary")).outcome).toBe("not-applicable");
  });

  it("cannot judge nodes that refuse CONFIG GET", () => {
    const refused = redisNode({ config: missing("not-permitted", "NOPERM") });
    expect(judge(clusterConfigDrift, refused).outcome).toBe("cannot-judge");
  });
});
