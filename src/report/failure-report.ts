import type { CachectlError } from "../model/errors.js";
import type { Report } from "../model/report.js";
import { verbReport } from "./verb-report.js";

export interface FailedRun {
  operation: string;
  version: string;
  startedAt: string;
  durationMs: number;
  error: CachectlError;
}

/** The report of a run that an error ended, so that a reader of --json always gets one. */
export function failureReport({ error, ...run }: FailedRun): Report {
  return {
    ...verbReport({ ...run, status: "failed", summary: error.message, notes: [error.hint] }),
    error: { code: error.code, message: error.message, hint: error.hint },
  };
}
