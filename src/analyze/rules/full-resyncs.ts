import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, growth, windowConfidence, windowEvidence } from "../window.js";

export const fullResyncs = defineRule({
  id: "full-resyncs",
  category: "replication",
  issue: "Replicas copy the whole dataset again",
  priorities: ["info", "medium"],
  reason:
    "A full resync forks the primary and sends everything; a replica that comes back in time needs only the backlog, if repl-backlog-size is at least the bytes written per second times the seconds of the outage. The first copy of each connected replica is expected.",
  source: "cachectl",
  needs: ["window", "replication"],
  check({ window, replication }, { node }) {
    const full = growth(window, "sync_full");
    const partialErrors = growth(window, "sync_partial_err");
    if (full === null || partialErrors === null)
      return cannotJudge("INFO does not show sync_full and sync_partial_err");
    // Since start, every replica that is connected now has had to make one copy.
    const expected = window.basis === "since-start" ? replication.connectedReplicas : 0;
    if (expected === null) return cannotJudge("INFO does not show connected_slaves");
    if (full <= expected && partialErrors === 0) return null;
    const { backlogBytes } = replication;
    return {
      priority: eventPriority(window, "medium"),
      action:
        "Raise repl-backlog-size to the bytes written per second times the longest outage to survive (doubling it is a start), then CONFIG REWRITE; if new replicas were just added, nothing is wrong.",
      confidence: windowConfidence(window),
      evidence: [
        evidence(node, "sync_full", full, "count"),
        evidence(node, "sync_partial_err", partialErrors, "count"),
        evidence(node, "repl_backlog_size", backlogBytes, "bytes"),
        windowEvidence(node, window),
      ],
      // Only a refused partial resync can be blamed on the backlog: a new replica asks for a full one.
      commands:
        partialErrors > 0 && backlogBytes !== null && backlogBytes > 0
          ? [serverCommand(node, "CONFIG", "SET", "repl-backlog-size", String(2 * backlogBytes))]
          : [serverCommand(node, "INFO", "replication")],
    };
  },
});
