import { shareBelow } from "./use-table.js";
import type { TargetView } from "./target-view.js";

export interface RecentUse {
  /** What counts as recent. */
  seconds: number;
  /** Of the bytes (of the keys, where sizes are not known) those that were used within that. */
  percent: number;
}

/** An hour is what a person means by "in use"; shorter where the server has not been watched for long enough. */
const windows = [3_600, 600, 60];

/**
 * The share of the data that is in use: idle times say so, under an LFU policy counters above the initial one do not have a
 * time. A server that started ten minutes ago has no key that was idle for an hour, so the window is at most half of what it could have seen.
 * Null: not known.
 */
export function recentUse({ use, primaries }: TargetView): RecentUse | null {
  if (use.basis !== "idle") return null;
  const uptimes = primaries.flatMap(({ uptimeSeconds }) => uptimeSeconds ?? []);
  // Idle times outlive a restart in the RDB file, and what was restored may be older than the server.
  const horizon = Math.max(use.longestIdleSeconds ?? 0, uptimes.length === 0 ? 0 : Math.min(...uptimes));
  const seconds = windows.find((window) => 2 * window <= horizon);
  const percent = seconds === undefined ? null : shareBelow(use, seconds);
  return seconds === undefined || percent === null ? null : { seconds, percent };
}
