import type { Coverage, Report } from "../model/report.js";

type VerbRun = Pick<Report, "operation" | "startedAt" | "durationMs" | "status" | "summary"> &
  Partial<Pick<Report, "sections" | "notes" | "coverage" | "recommendations" | "targets">> & { version: string };

/** The report of a verb that judges no rules: what is not given is empty. */
export function verbReport({ version, ...run }: VerbRun): Report {
  return {
    schemaVersion: 1,
    tool: { name: "cachectl", version },
    coverage: nothingAsked(),
    metrics: null,
    targets: [],
    recommendations: [],
    sections: [],
    notes: [],
    ...run,
  };
}

function nothingAsked(): Coverage {
  return {
    nodes: { total: 0, answered: 0, unreachable: [] },
    discoveryGaps: [],
    rules: { judged: 0, cannotJudge: 0, notApplicable: 0, ignored: 0 },
    cannotJudge: [],
    ignored: [],
    sample: null,
  };
}
