import { comparePriority, type Priority } from "../model/finding.js";
import type { Report } from "../model/report.js";

/** The one word a report begins with. UNKNOWN: nothing bad was seen, but not everything could be looked at. */
export type Verdict = "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "OK" | "UNKNOWN" | "PARTIAL" | "FAILED";

/** The most urgent finding above `info`; without one, whether the run may call what it saw fine. */
export function verdictOf(report: Report): Verdict {
  const { change } = report;
  // A change that is not whole comes before whatever else was found.
  if (change?.complete === false) return change.failed.length > 0 || change.done.length === 0 ? "FAILED" : "PARTIAL";
  const worst = worstPriority(report);
  if (worst !== null && worst !== "info") return upperCase(worst);
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

function upperCase(priority: Exclude<Priority, "info">): Verdict {
  return priority.toUpperCase() as Uppercase<typeof priority>;
}
