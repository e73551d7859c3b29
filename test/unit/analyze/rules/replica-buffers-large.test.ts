import { describe, expect, it } from "vitest";
import { replicaBuffersLarge } from "../../../../src/analyze/rules/replica-buffers-large.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const limit = 10 * 2 ** 20;
const backlog = 1_000_000;
const shared = (totalReplicationBuffersBytes: number) =>
  redisNode({ memory: { totalReplicationBuffersBytes, replicationBacklogBytes: backlog } });

describe("replica-buffers-large", () => {
  it("reports buffers of more than 10 MiB beyond the backlog", () => {
    const [finding] = judge(replicaBuffersLarge, shared(backlog + limit + 1)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "replica buffers beyond the backlog", value: limit + 1 }),
    );
  });

  it("finds exactly 10 MiB beyond the backlog healthy", () => {
    expect(judge(replicaBuffersLarge, shared(backlog + limit)).outcome).toBe("healthy");
  });

  it("does not apply without replicas, whatever a copy of its own makes the buffers show", () => {
    const memory = { totalReplicationBuffersBytes: 2 * limit, replicationBacklogBytes: 0 };
    expect(judge(replicaBuffersLarge, redisNode({ memory, replication: { connectedReplicas: 0 } })).outcome).toBe(
      "not-applicable",
    );
  });

  it("takes what waits for a replica that copies the dataset for information", () => {
    const replicas = [{ address: "10.0.0.6:6379", state: "send_bulk", offset: 0, lagSeconds: 0 }];
    const node = redisNode({
      memory: { totalReplicationBuffersBytes: backlog + limit + 1, replicationBacklogBytes: backlog },
      replication: { replicas },
    });
    expect(judge(replicaBuffersLarge, node).findings).toMatchObject([{ priority: "info" }]);
  });

  it("takes the replicas' own buffers before 7.0", () => {
    const own = (clientsReplicasBytes: number) =>
      redisNode({
        memory: { totalReplicationBuffersBytes: null, replicationBacklogBytes: backlog, clientsReplicasBytes },
      });
    expect(judge(replicaBuffersLarge, own(limit)).outcome).toBe("healthy");
    expect(judge(replicaBuffersLarge, own(limit + 1)).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("cannot judge when neither field is reported", () => {
    const memory = { totalReplicationBuffersBytes: null, clientsReplicasBytes: null };
    expect(judge(replicaBuffersLarge, redisNode({ memory })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(
      replicaBuffersLarge,
      redisNode({ memory: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
