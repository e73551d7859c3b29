import { describe, expect, it } from "vitest";
import { replicasUnpromotable } from "../../../../src/analyze/rules/replicas-unpromotable.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const replica = (address: string, priority: number) =>
  redisNode({ node: { address }, replication: { role: "replica", priority } });

describe("replicas-unpromotable", () => {
  it("reports a target whose every replica has priority 0, and how to mend each", () => {
    const { findings } = judge(replicasUnpromotable, [redisNode(), replica("10.0.0.6:1", 0), replica("10.0.0.7:1", 0)]);
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.6:1", "10.0.0.7:1"] }]);
    expect(findings[0]?.evidence[0]).toMatchObject({ fact: "slave_priority", value: 0 });
    expect(findings[0]?.commands).toContainEqual({
      kind: "server",
      node: "10.0.0.6:1",
      argv: ["CONFIG", "SET", "replica-priority", "100"],
    });
  });

  it("finds one promotable replica healthy", () => {
    const nodes = [redisNode(), replica("10.0.0.6:1", 0), replica("10.0.0.7:1", 100)];
    expect(judge(replicasUnpromotable, nodes).outcome).toBe("healthy");
  });

  it("does not apply to a cluster, which does not look at the priority", () => {
    const node = redisNode({ replication: { role: "replica", priority: 0 }, server: { mode: "cluster" } });
    expect(judge(replicasUnpromotable, node).outcome).toBe("not-applicable");
  });

  it("does not apply without replicas", () => {
    expect(judge(replicasUnpromotable, redisNode()).outcome).toBe("not-applicable");
  });

  it("cannot judge a replica it did not see, which may be the promotable one", () => {
    const unseen = redisNode({ node: { address: "10.0.0.7:1" }, replication: missing("unreachable", "no answer") });
    const { judgements, findings } = judge(replicasUnpromotable, [replica("10.0.0.6:1", 0), unseen]);
    expect(judgements).toContainEqual(expect.objectContaining({ node: "10.0.0.7:1", outcome: "cannot-judge" }));
    expect(findings).toMatchObject([{ confidence: "low" }]);
  });

  it("cannot judge when INFO does not show the priority", () => {
    const unknown = redisNode({ replication: { role: "replica", priority: null } });
    expect(judge(replicasUnpromotable, unknown).outcome).toBe("cannot-judge");
  });
});
