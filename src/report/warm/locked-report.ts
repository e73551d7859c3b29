import type { Report } from "../../model/report.js";
import { verbReport } from "../verb-report.js";

interface Locked extends Pick<Report, "startedAt" | "durationMs"> {
  version: string;
  target: string;
  /** Of the lock. */
  key: string;
  /** Who has it. */
  holder: string;
  /** Null: not known. */
  leftMs: number | null;
}

/** Of a run that found another one at work: that is no failure, but what the lock is for. Pure. */
export function lockedReport({ target, key, holder, leftMs, ...frame }: Locked): Report {
  const left =
    leftMs === null ? "" : `; its lock (${key}) lasts ${Math.ceil(leftMs / 1_000)} s more unless it is renewed`;
  return verbReport({
    ...{ operation: "warm", status: "success", ...frame },
    summary: `${target}: another run is warming it: ${holder}${left}. Nothing was done.`,
  });
}
