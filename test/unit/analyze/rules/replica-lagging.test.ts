import { describe, expect, it } from "vitest";
import { replicaLagging } from "../../../../src/analyze/rules/replica-lagging.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const mebibyte = 2 ** 20;
const replicaAt = (lagSeconds: number | null, behindBytes = 0, state = "online") =>
  redisNode({
    replication: {
      offset: 1_000 * mebibyte,
      replicas: [{ address: "10.0.0.6:6379", state, offset: 1_000 * mebibyte - behindBytes, lagSeconds }],
    },
  });

describe("replica-lagging", () => {
  it.each([
    [11, "medium"],
    [60, "medium"],
    [61, "high"],
  ])("reports a lag of %i seconds as %s", (lagSeconds, priority) => {
    const { findings } = judge(replicaLagging, replicaAt(lagSeconds));
    expect(findings).toMatchObject([{ priority }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "lag of 10.0.0.6:6379", value: lagSeconds }),
    );
  });

  it("finds a lag of 10 seconds healthy", () => {
    expect(judge(replicaLagging, replicaAt(10)).outcome).toBe("healthy");
  });

  it("reports a replica more than 64 MiB behind", () => {
    const { findings } = judge(replicaLagging, replicaAt(0, 64 * mebibyte + 1));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "offset difference of 10.0.0.6:6379", value: 64 * mebibyte + 1 }),
    );
    expect(judge(replicaLagging, replicaAt(0, 64 * mebibyte)).outcome).toBe("healthy");
  });

  it("does not apply to a replica that is still copying the dataset", () => {
    expect(judge(replicaLagging, replicaAt(0, 500 * mebibyte, "send_bulk")).outcome).toBe("not-applicable");
  });

  it("does not apply to a replica's own view", () => {
    expect(judge(replicaLagging, redisNode({ replication: { role: "replica" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show the lag", () => {
    expect(judge(replicaLagging, replicaAt(null)).outcome).toBe("cannot-judge");
  });

  it.each([{ offset: null }, { connectedReplicas: null }])("cannot judge when INFO does not show %o", (replication) => {
    expect(judge(replicaLagging, redisNode({ replication })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO replication", () => {
    const node = redisNode({ replication: missing("not-permitted", "INFO is not permitted") });
    expect(judge(replicaLagging, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
