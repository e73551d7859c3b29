import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const replicaLinkDown = defineRule({
  id: "replica-link-down",
  category: "replication",
  issue: "The replica has lost its primary",
  priorities: ["critical"],
  reason:
    "Without the link the replica serves data that gets older by the second, and a failover to it loses every write since.",
  source: "Charmed Valkey, grafana jsonnet-libs",
  needs: ["replication"],
  check({ replication }, { node }) {
    if (replication.role !== "replica") return notApplicable("a primary");
    const { linkStatus, syncInProgress } = replication;
    if (linkStatus === null) return cannotJudge("INFO does not show master_link_status");
    if (linkStatus === "up") return null;
    const copying = syncInProgress === true;
    return {
      priority: "critical",
      issue: copying
        ? "The replica is still copying the whole dataset from its primary"
        : "The replica has lost its primary",
      action: copying
        ? "Wait for the copy to end; if it starts over and over, raise repl-timeout and the replica's client-output-buffer-limit on the primary."
        : "Check that the primary runs and that the replica reaches it (network, TLS, masteruser and masterauth); the replica's log names the error.",
      evidence: [
        evidence(node, "master_link_status", linkStatus),
        evidence(node, "master_link_down_since_seconds", replication.linkDownSeconds, "seconds"),
        evidence(node, "master_sync_in_progress", syncInProgress),
        evidence(node, "primary", replication.primaryAddress),
      ],
      commands: [serverCommand(node, "INFO", "replication")],
    };
  },
});
