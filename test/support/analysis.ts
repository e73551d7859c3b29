import type { Finding, Judgement, Priority } from "../../src/model/finding.js";
import type { Observation } from "../../src/model/observation.js";

/** A finding with everything that `fields` leaves open. */
export function finding(fields: Partial<Finding>): Finding {
  return {
    ruleId: "memory-near-limit",
    category: "memory",
    priority: "medium",
    confidence: "high",
    issue: "High memory utilization",
    action: "Raise maxmemory.",
    reason: "At the limit every write evicts a key or fails.",
    target: "test",
    nodes: ["10.0.0.5:6379"],
    evidence: [],
    commands: [],
    ...fields,
  };
}

/** A judgement with everything that `fields` leaves open: a healthy node. */
export function judgement(fields: Partial<Judgement>): Judgement {
  return {
    ruleId: "memory-near-limit",
    target: "test",
    node: "10.0.0.5:6379",
    outcome: "healthy",
    reason: null,
    worstCase: "critical",
    ...fields,
  };
}

const redisRules: Record<string, Priority> = {
  "aof-failed": "critical",
  "blocked-clients": "info",
  "connections-near-limit": "high",
  "eviction-disabled-full": "critical",
  "hit-rate-low": "high",
  "latency-monitor-off": "info",
  "memory-near-limit": "critical",
  "node-unreachable": "critical",
  "output-buffer-limits-unusual": "info",
  "rdb-failed": "critical",
  "replica-link-down": "critical",
  "slow-commands": "medium",
};

const memcachedRules: Record<string, Priority> = {
  "memcached-connections-near-limit": "critical",
  "memcached-evicting": "medium",
  "memcached-full": "info",
  "memcached-unreachable": "critical",
};

/** What a dozen rules said on every node: the given findings, nothing on nodes that did not answer, healthy elsewhere. */
export function judgementsOf(observation: Observation, findings: readonly Finding[]): Judgement[] {
  return observation.targets.flatMap(({ target, nodes }) =>
    nodes.flatMap(({ node, facts }) => {
      const failure = facts.reachability?.ok === true ? facts.reachability.value.failure : null;
      const rules = node.family === "memcached" ? memcachedRules : redisRules;
      return Object.entries(rules).map(([ruleId, worstCase]): Judgement => {
        const base = { ruleId, target: target.name, node: node.address, worstCase };
        const found = findings.some((item) => item.ruleId === ruleId && item.nodes.includes(node.address));
        if (found) return { ...base, outcome: "finding", reason: null };
        if (failure !== null) return { ...base, outcome: "cannot-judge", reason: failure.message };
        return { ...base, outcome: "healthy", reason: null };
      });
    }),
  );
}
