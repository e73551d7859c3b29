import type { ReplicationFacts } from "../../model/facts.js";
import type { NodeIdentity } from "../../model/node.js";
import { cannotJudge, defineTargetRule, evidence, notApplicable, serverCommand, type Draft } from "../rule.js";

export const replicaLinkDown = defineTargetRule({
  id: "replica-link-down",
  category: "replication",
  issue: "The replica has lost its primary",
  priorities: ["medium", "critical"],
  reason:
    "Without the link the replica serves data that gets older by the second, and a failover to it loses every write since. A copy of the dataset under way is how a replica starts or comes back: medium, unless the link has been down for an hour.",
  source: "Charmed Valkey, grafana jsonnet-libs",
  thresholds: { copyingSeconds: { default: 3_600, unit: "seconds" } },
  needs: ["replication"],
  check(views, { thresholds }) {
    const replicas = views.filter(({ facts }) => facts.replication.role === "replica");
    if (replicas.length === 0) return notApplicable("a primary");
    const copying = new Set(views.flatMap(({ facts }) => copyingReplicas(facts.replication)));
    const down = replicas.filter(({ facts: { replication } }) => !["up", null].includes(replication.linkStatus));
    if (down.length === 0)
      return replicas.some(({ facts }) => facts.replication.linkStatus === null)
        ? cannotJudge("INFO does not show master_link_status")
        : null;
    return down.map(({ node, facts: { replication } }) =>
      draft(node, replication, copying.has(node.address), thresholds.copyingSeconds),
    );
  },
});

/**
 * A replica says that it copies only once data arrives. Before, while the primary waits for more replicas to come
 * (repl-diskless-sync-delay) or for a save that runs already, only the primary knows.
 */
function copyingReplicas({ replicas }: ReplicationFacts): string[] {
  // wait_bgsave, send_bulk and others by version: whatever comes before online.
  return replicas.filter(({ state }) => !["online", "unknown"].includes(state)).map(({ address }) => address);
}

function draft(node: NodeIdentity, replication: ReplicationFacts, isAwaited: boolean, limitSeconds: number): Draft {
  const { linkStatus, linkDownSeconds, syncInProgress, primaryAddress } = replication;
  const copying = isAwaited || syncInProgress === true;
  // A replica that never had a link shows -1: nobody knows since when it tries.
  const downSeconds = (linkDownSeconds ?? -1) < 0 ? null : linkDownSeconds;
  return {
    priority: copying && (downSeconds ?? 0) < limitSeconds ? "medium" : "critical",
    issue: copying
      ? "The replica is still copying the whole dataset from its primary"
      : "The replica has lost its primary",
    action: copying
      ? "Wait for the copy to end; if it starts over and over, raise repl-timeout and the replica's client-output-buffer-limit on the primary."
      : "Check that the primary runs and that the replica reaches it (network, TLS, masteruser and masterauth); the replica's log names the error.",
    evidence: [
      evidence(node, "master_link_status", linkStatus),
      evidence(node, "master_link_down_since_seconds", downSeconds, "seconds"),
      evidence(node, "master_sync_in_progress", syncInProgress),
      evidence(node, "primary", primaryAddress),
    ],
    commands: [serverCommand(node, "INFO", "replication")],
  };
}
