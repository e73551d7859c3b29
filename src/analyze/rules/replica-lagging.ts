import type { ReplicaEntry } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicaLagging = defineRule({
  id: "replica-lagging",
  category: "replication",
  issue: "A replica lags behind its primary",
  priorities: ["medium", "high"],
  reason:
    "Replicas acknowledge every second: 10 seconds is min-replicas-max-lag, after which one no longer counts as good, 60 is repl-timeout. 64 MiB behind is the soft limit of the replica output buffer, beyond which it is cut off.",
  source: "redis.io documentation (min-replicas-max-lag, client-output-buffer-limit)",
  thresholds: {
    mediumSeconds: { default: 10, unit: "seconds" },
    highSeconds: { default: 60, unit: "seconds" },
    behindBytes: { default: 64 * 2 ** 20, unit: "bytes" },
  },
  needs: ["replication"],
  check({ replication }, { node, thresholds }) {
    if (replication.role !== "primary") return notApplicable("a replica: its lag is judged on the primary");
    if (replication.connectedReplicas === null) return cannotJudge("INFO does not show connected_slaves");
    // A replica that is still copying the dataset has no lag to speak of: the server shows 0 for it.
    const online = replication.replicas.filter(({ state }) => state === "online");
    if (online.length === 0) return notApplicable("no replica is online");
    const views = online.map((replica) => ({ replica, behindBytes: behind(replication.offset, replica) }));
    const late = views.filter(
      ({ replica, behindBytes }) =>
        (replica.lagSeconds ?? 0) > thresholds.mediumSeconds || (behindBytes ?? 0) > thresholds.behindBytes,
    );
    if (late.length === 0)
      return views.some(({ replica, behindBytes }) => replica.lagSeconds === null || behindBytes === null)
        ? cannotJudge("INFO does not show the lag and offset of every replica")
        : null;
    return {
      priority: late.some(({ replica }) => (replica.lagSeconds ?? 0) > thresholds.highSeconds) ? "high" : "medium",
      action:
        "Look for a slow network or a busy replica (SLOWLOG and CPU there), and give it a replica output buffer and backlog that outlast the peak.",
      evidence: late.flatMap(({ replica, behindBytes }) => [
        evidence(node, `lag of ${replica.address}`, replica.lagSeconds, "seconds"),
        evidence(node, `offset difference of ${replica.address}`, behindBytes, "bytes"),
      ]),
      commands: [serverCommand(node, "INFO", "replication"), serverCommand(node, "CLIENT", "LIST", "TYPE", "replica")],
    };
  },
});

/** Bytes of the replication stream that the replica has not acknowledged; null when an offset is not reported. */
function behind(primaryOffset: number | null, { offset }: ReplicaEntry): number | null {
  return primaryOffset === null || offset === null ? null : Math.max(0, primaryOffset - offset);
}
