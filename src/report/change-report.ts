import type { ChangeReport } from "../model/change.js";
import type { Report, ReportStatus } from "../model/report.js";
import { verbReport } from "./verb-report.js";

export interface ChangeRun
  extends
    Pick<Report, "operation" | "startedAt" | "durationMs">,
    Partial<Pick<Report, "sections" | "notes" | "coverage" | "recommendations" | "targets">> {
  version: string;
  change: ChangeReport;
  /** What was achieved, as one sentence; what failed and what was left is put behind it. */
  summary: string;
  /** A signal ended the run before its last step. */
  interrupted: boolean;
}

/**
 * The report of a verb that changed something or tried to. Pure. success: all done; partial: some steps done; failed: none.
 * A dry run is a `verbReport` instead: it has no `change`.
 */
export function changeReport({ change, summary, interrupted, ...run }: ChangeRun): Report {
  return {
    ...verbReport({ ...run, status: statusOf(change), summary: [summary, ...leftOver(change, interrupted)].join(" ") }),
    change,
    ...(interrupted ? { interrupted } : {}),
  };
}

function statusOf({ complete, done }: ChangeReport): ReportStatus {
  if (complete) return "success";
  return done.length > 0 ? "partial" : "failed";
}

function leftOver({ complete, failed, notDone }: ChangeReport, interrupted: boolean): string[] {
  if (complete) return [];
  const [first] = failed;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  return [
    ...(interrupted ? ["Interrupted: the step in hand was finished, no other was begun."] : []),
    ...(first === undefined ? [] : [`Failed: ${first.step}: ${first.reason}${more}.`]),
    ...(notDone.length === 0 ? [] : [`${notDone.length} ${notDone.length === 1 ? "step" : "steps"} not done.`]),
  ];
}
