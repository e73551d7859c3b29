import { comparePriority, type Priority } from "../model/finding.js";
import type { Report } from "../model/report.js";

/**
 * The one word a report begins with. UNKNOWN: nothing bad was seen, but not everything could be looked at. UNSETTLED: `cluster
 * info` shows something that stands in the way of a change.
 */
export type Verdict = "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "OK" | "UNSETTLED" | "UNKNOWN" | "PARTIAL" | "FAILED";

/** The most urgent finding above `info`; without one, whether the run may call what it saw fine. */
export function verdictOf(report: Report): Verdict {
  const { change } = report;
  // A change that is not whole comes before whatever else was found.
  if (change?.complete === false) return change.failed.length > 0 || change.done.length === 0 ? "FAILED" : "PARTIAL";
  const worst = worstPriority(report);
  if (worst !== null && worst !== "info") return upperCase(worst);
  if (isUnsettled(report)) return "UNSETTLED";
  if (isIncomplete(report, "low")) return "UNKNOWN";
  if (report.status === "failed") return "FAILED";
  return report.status === "partial" && report.coverage.cannotJudge.length === 0 ? "PARTIAL" : "OK";
}

export function worstPriority({ recommendations }: Report): Priority | null {
  return (
    recommendations
      .map(({ priority }) => priority)
      .toSorted(comparePriority)
      .at(-1) ?? null
  );
}

/** A node did not answer, or a rule that may report `atLeast` or worse could not be judged. */
export function isIncomplete({ coverage }: Report, atLeast: Priority): boolean {
  return (
    coverage.nodes.unreachable.length > 0 ||
    coverage.cannotJudge.some(({ worstCase }) => comparePriority(worstCase, atLeast) >= 0)
  );
}

/** `cluster info` judges no rules, and still lists what is wrong with a cluster: that is not OK. */
export function isUnsettled({ sections, coverage }: Report): boolean {
  if (coverage.nodes.answered === 0) return false;
  return sections.some((section) => section.id === "obstacles" && section.kind === "table" && section.rows.length > 0);
}

function upperCase(priority: Exclude<Priority, "info">): Verdict {
  return priority.toUpperCase() as Uppercase<typeof priority>;
}
