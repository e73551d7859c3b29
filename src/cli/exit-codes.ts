import { nagiosExitCodes, nagiosState } from "../report/nagios.js";
import { gateOutcome } from "../report/gate.js";
import type { CachectlError } from "../model/errors.js";
import type { Priority } from "../model/finding.js";
import type { Report } from "../model/report.js";

/** docs/exit-codes.md explains each. */
export const exitCodes = {
  fine: 0,
  findings: 1,
  usage: 2,
  unjudged: 3,
  changeFailed: 4,
  interrupted: 130,
} as const;

export type ExitStyle = "cachectl" | "nagios";

const byKind: Record<CachectlError["kind"], number> = {
  usage: exitCodes.usage,
  profile: exitCodes.usage,
  unreached: exitCodes.unjudged,
  change: exitCodes.changeFailed,
  interrupted: exitCodes.interrupted,
};

export function exitCodeOfError(error: CachectlError, style: ExitStyle): number {
  // Nagios knows four states; whatever kept the check from looking is UNKNOWN.
  if (style === "nagios" && error.kind !== "interrupted") return nagiosExitCodes.UNKNOWN;
  return byKind[error.kind];
}

export function exitCodeOfReport(report: Report, failOn: Priority | null, style: ExitStyle): number {
  if (style === "nagios") return nagiosExitCodes[nagiosState(report)];
  // A step that failed is worse news than a signal.
  if (report.change !== undefined && report.change.failed.length > 0) return exitCodes.changeFailed;
  // What was seen until then was reported, but it is no verdict.
  if (report.interrupted === true) return exitCodes.interrupted;
  if (report.change?.complete === false) return exitCodes.changeFailed;
  return exitCodes[gateOutcome(report, failOn)];
}
