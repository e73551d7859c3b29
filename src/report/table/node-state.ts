import { comparePriority, type Priority } from "../../model/finding.js";
import type { NodeReport, Report } from "../../model/report.js";

/**
 * What the table says of a node in one word: its most urgent finding above `info`. `unjudged`: none, but a rule that may
 * report medium or worse could not look at it, so it is not called ok.
 */
export type NodeState = Exclude<Priority, "info"> | "ok" | "unjudged" | "no answer";

/** Every node of the report with its state, in the report's order. */
export function nodeStates(report: Report): { target: string; node: NodeReport; state: NodeState }[] {
  return report.targets.flatMap(({ name, nodes }) =>
    nodes.map((node) => ({ target: name, node, state: stateOf(report, name, node) })),
  );
}

function stateOf({ recommendations, coverage }: Report, target: string, node: NodeReport): NodeState {
  if (!node.reachable) return "no answer";
  const worst = recommendations
    .filter((item) => item.target === target && item.nodes.includes(node.address))
    .map(({ priority }) => priority)
    .toSorted(comparePriority)
    .at(-1);
  if (worst !== undefined && worst !== "info") return worst;
  const unjudged = coverage.cannotJudge.some(
    (rule) =>
      rule.target === target && rule.nodes.includes(node.address) && comparePriority(rule.worstCase, "medium") >= 0,
  );
  return unjudged ? "unjudged" : "ok";
}
