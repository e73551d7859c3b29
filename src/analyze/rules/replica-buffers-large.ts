import type { MemoryFacts } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicaBuffersLarge = defineRule({
  id: "replica-buffers-large",
  category: "replication",
  issue: "Replicas hold large buffers on the server",
  priorities: ["info", "medium"],
  reason:
    "MEMORY DOCTOR warns when replicas hold more than 10 MiB beyond the backlog: one of them, or its network, is too slow and may be cut off. While a replica copies the dataset, the writes made meanwhile wait for it there: information.",
  source: "MEMORY DOCTOR",
  thresholds: { bytes: { default: 10 * 2 ** 20, unit: "bytes" } },
  needs: ["memory"],
  wants: ["replication"],
  check({ memory }, { node, thresholds }, { replication }) {
    // On a replica of Redis 8 the fields also count what waits for its own copy of the dataset to load.
    if (replication.ok && replication.value.connectedReplicas === 0) return notApplicable("no replica is connected");
    const bytes = beyondBacklog(memory);
    if (bytes === null) return cannotJudge("INFO does not show mem_clients_slaves");
    if (bytes <= thresholds.bytes) return null;
    const copying = replication.ok && replication.value.replicas.some(({ state }) => state !== "online");
    return {
      priority: copying ? "info" : "medium",
      action:
        "Find the replica that reads slowly (a large omem in CLIENT LIST) and look at its load, disk and network; a full resynchronisation under way also shows here.",
      evidence: [
        evidence(node, "replica buffers beyond the backlog", bytes, "bytes"),
        evidence(node, "mem_clients_slaves", memory.clientsReplicasBytes, "bytes"),
        evidence(node, "mem_total_replication_buffers", memory.totalReplicationBuffersBytes, "bytes"),
        evidence(node, "mem_replication_backlog", memory.replicationBacklogBytes, "bytes"),
      ],
      commands: [serverCommand(node, "CLIENT", "LIST", "TYPE", "replica"), serverCommand(node, "INFO", "replication")],
    };
  },
});

/** Before 7.0 replicas have buffers of their own; since then they share the backlog's, and only what exceeds it is theirs. */
function beyondBacklog(memory: MemoryFacts): number | null {
  const { clientsReplicasBytes, totalReplicationBuffersBytes, replicationBacklogBytes } = memory;
  if (totalReplicationBuffersBytes === null || replicationBacklogBytes === null) return clientsReplicasBytes;
  const shared = Math.max(0, totalReplicationBuffersBytes - replicationBacklogBytes);
  return Math.max(shared, clientsReplicasBytes ?? shared);
}
