import type { Reachability } from "../../model/facts.js";
import type { NodeIdentity } from "../../model/node.js";
import type { Priority } from "../../model/finding.js";
import { explainServerError } from "../../model/server-errors.js";
import { peerSeesAlive, peerTopics, type Peer } from "../peer-sight.js";
import { cannotJudge, defineTargetRule, evidence, type Draft } from "../rule.js";
import { connectRemedy, failureEvidence, isRefusal } from "../unreachable.js";

export const nodeUnreachable = defineTargetRule({
  id: "node-unreachable",
  families: ["redis", "sentinel"],
  category: "availability",
  issue: "Node cannot be reached",
  priorities: ["info", "high", "critical"],
  reason:
    "A node that does not answer PING serves nobody; where another node of the same target still talks to it, the fault is more likely between here and there.",
  source: "awesome-prometheus-alerts, redis-mixin, Zabbix",
  needs: ["reachability"],
  wants: peerTopics,
  check(views) {
    // An interrupted run says nothing about the node.
    const asked = views.filter(({ facts }) => facts.reachability.failure?.cause !== "aborted");
    if (asked.length === 0) return cannotJudge("the run was interrupted before any node answered");
    const peers = asked.filter(({ facts }) => facts.reachability.reachable);
    return asked.flatMap(({ node, facts: { reachability } }) => {
      if (!reachability.reachable) return unreachable(node, reachability, peers);
      return reachability.pingError === null ? [] : pingRefused(node, reachability.pingError);
    });
  },
});

function unreachable(node: NodeIdentity, reachability: Reachability, peers: readonly Peer[]): Draft {
  const witnesses = peers.filter((peer) => peerSeesAlive(peer, node.address) === true);
  const found = [
    ...failureEvidence(node, reachability),
    ...witnesses.slice(0, 3).map((peer) => evidence(peer.node, `connection to ${node.address}`, "healthy")),
  ];
  if (witnesses.length === 0)
    return {
      priority: "critical",
      ...issueFor(reachability),
      action: connectRemedy(reachability),
      nodes: [node.address],
      evidence: found,
    };
  if (isRefusal(reachability))
    return {
      priority: "high",
      issue: "Node serves its peers but turns this connection down",
      action: connectRemedy(reachability),
      nodes: [node.address],
      evidence: found,
    };
  return {
    priority: "high",
    issue: "Node cannot be reached from here, while its peers see it as healthy",
    action:
      "Look for a firewall or address translation between here and the node; where nodes announce internal addresses (containers), map them to reachable ones with natMap in the profile.",
    // Peers notice an outage only after their own timeout.
    confidence: "medium",
    nodes: [node.address],
    evidence: found,
  };
}

/** Only where the cause says more than that nobody answers. */
function issueFor(reachability: Reachability): Pick<Draft, "issue"> {
  if (isRefusal(reachability)) return { issue: "Node answers, but turns this connection down" };
  if (reachability.failure?.cause === "fell-silent") return { issue: "Node stopped answering half-way" };
  if (reachability.failure?.cause === "not-the-protocol") return { issue: "Another service answers at this address" };
  return {};
}

/** LOADING has a rule of its own; NOPERM and NOAUTH say something about this login, not about the node. */
function pingRefused(node: NodeIdentity, pingError: string): Draft[] {
  const code = pingError.split(" ", 1)[0] ?? "";
  if (code === "LOADING") return [];
  const byCode: Record<string, Priority> = { BUSY: "critical", NOPERM: "info", NOAUTH: "info" };
  return [
    {
      priority: byCode[code] ?? "high",
      issue: `Node answers PING with ${/^[A-Z]+$/.test(code) ? code : "an error"}`,
      action: explainServerError(pingError)?.resolution ?? "Read the server's log around now for the reason.",
      nodes: [node.address],
      evidence: [evidence(node, "PING", pingError)],
    },
  ];
}
