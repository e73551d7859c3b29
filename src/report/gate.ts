import { comparePriority, type Priority } from "../model/finding.js";
import type { Report } from "../model/report.js";

/**
 * Whether a health gate lets this report pass. `findings`: a recommendation at or above `failOn`. `unjudged`: a node did not
 * answer, or a rule that may report `failOn` or worse could not be judged. What was found weighs more than what was not seen.
 *
 * Without a gate (`failOn` null) findings never fail a run, and only a node that did not answer or may be there without
 * anybody knowing, or keys that could not be seen, leave it unjudged.
 */
export function gateOutcome(report: Report, failOn: Priority | null): "fine" | "findings" | "unjudged" {
  const { nodes, discoveryGaps, unseenKeys = [], cannotJudge } = report.coverage;
  const reaches = (priority: Priority) => failOn !== null && comparePriority(priority, failOn) >= 0;
  if (report.recommendations.some(({ priority }) => reaches(priority))) return "findings";
  // A run that found no node at all has nothing in the list of unreachable ones; its status tells.
  const nobody = report.status === "failed" && nodes.answered === 0;
  if (nodes.unreachable.length > 0 || discoveryGaps.length > 0 || unseenKeys.length > 0 || nobody) return "unjudged";
  return cannotJudge.some(({ worstCase }) => reaches(worstCase)) ? "unjudged" : "fine";
}
