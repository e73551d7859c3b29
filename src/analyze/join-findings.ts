import { comparePriority, type Category, type Command, type Finding } from "../model/finding.js";
import { compareAddresses } from "../model/node.js";

/**
 * Joins findings that differ only in node, evidence and commands, so that twelve nodes with the same fault are one line with
 * twelve names. Confidence becomes the lowest of the joined. Sorted most urgent first, then
 * by category, rule, target and node.
 */
export function joinEqualFindings(findings: readonly Finding[]): Finding[] {
  const joined = new Map<string, Finding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.target, finding.ruleId, finding.priority, finding.issue, finding.action]);
    const first = joined.get(key);
    joined.set(key, first === undefined ? finding : join(first, finding));
  }
  return [...joined.values()].sort(byUrgency);
}

function join(a: Finding, b: Finding): Finding {
  return {
    ...a,
    confidence: lowerConfidence(a.confidence, b.confidence),
    nodes: [...new Set([...a.nodes, ...b.nodes])].sort(compareAddresses),
    evidence: [...a.evidence, ...b.evidence],
    commands: uniqueCommands([...a.commands, ...b.commands]),
  };
}

function uniqueCommands(commands: readonly Command[]): Command[] {
  return [...new Map(commands.map((command) => [JSON.stringify(command), command])).values()];
}

function lowerConfidence(a: Finding["confidence"], b: Finding["confidence"]): Finding["confidence"] {
  const order = ["low", "medium", "high"] as const;
  return order[Math.min(order.indexOf(a), order.indexOf(b))] ?? a;
}

/** What stops users now comes before what may harm them some day. */
const categoryOrder: readonly Category[] = [
  "availability",
  "cluster",
  "eviction",
  "memory",
  "errors",
  "replication",
  "persistence",
  "clients",
  "latency",
  "cpu",
  "keyspace",
  "security",
  "configuration",
  "version",
];

function byUrgency(a: Finding, b: Finding): number {
  return (
    comparePriority(b.priority, a.priority) ||
    categoryOrder.indexOf(a.category) - categoryOrder.indexOf(b.category) ||
    a.ruleId.localeCompare(b.ruleId) ||
    a.target.localeCompare(b.target) ||
    compareAddresses(a.nodes[0] ?? "", b.nodes[0] ?? "")
  );
}
