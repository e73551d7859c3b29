import { cannotJudge, defineRule, evidence } from "../rule.js";
import { connectRemedy, failureEvidence } from "../unreachable.js";

export const memcachedUnreachable = defineRule({
  id: "memcached-unreachable",
  families: ["memcached"],
  category: "availability",
  issue: "Memcached server cannot be reached",
  priorities: ["critical"],
  reason:
    "Clients treat every key of a lost server as a miss, and the load of its share falls on whatever stands behind the cache.",
  source: "awesome-prometheus-alerts",
  needs: ["reachability"],
  check({ reachability }, { node }) {
    if (reachability.failure?.cause === "aborted")
      return cannotJudge("the run was interrupted before the node answered");
    if (reachability.reachable && reachability.pingError === null) return null;
    if (reachability.reachable)
      return {
        priority: "critical",
        issue: "Memcached server answers with an error",
        action: "Check that a Memcached server, and not another service, listens there; then read its log.",
        evidence: [evidence(node, "version", reachability.pingError)],
      };
    return { priority: "critical", action: connectRemedy(reachability), evidence: failureEvidence(node, reachability) };
  },
});
