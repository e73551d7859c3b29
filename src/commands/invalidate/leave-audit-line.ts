import { writeAuditLine } from "../../apply/audit-log.js";
import type { Report } from "../../model/report.js";
import type { InvalidateJob } from "../invalidate.js";

/** One line for one run: who, when, what was asked for, and what became of it. It holds names of keys and tags, and no secret. */
export function leaveAuditLine(
  path: string,
  { context, options, profile }: InvalidateJob,
  report: Report,
): Promise<void> {
  const { env, change } = context;
  const { selector, action, olderThanSeconds, scope } = options;
  const counts = report.sections.find(({ id }) => id === "counts");
  return writeAuditLine(path, {
    at: report.startedAt,
    // Behind sudo, who asked for it is worth more than root.
    user: env["SUDO_USER"] ?? env["USER"] ?? env["LOGNAME"] ?? null,
    holder: change.holder,
    operation: report.operation,
    profile: profile.identity.name,
    kind: profile.kind,
    ...{ selector, action, olderThanSeconds, scope },
    status: report.status,
    interrupted: report.interrupted === true,
    counts: counts?.kind === "table" ? (counts.rows[0] ?? null) : null,
    failed: report.change?.failed ?? [],
    error: report.error?.message ?? null,
    durationMs: report.durationMs,
  });
}
