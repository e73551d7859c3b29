import type { Clock } from "../model/clock.js";
import { CachectlError } from "../model/errors.js";

export interface WaitDeps {
  clock: Clock;
  /** Ends the wait with an `interrupted` error: waiting changes nothing, so it can be left at once. */
  stop: AbortSignal;
  /** How long one wait may take. Milliseconds. */
  deadlineMs: number;
}

const everyMs = 100;

/**
 * Looks until `look` finds nothing missing any more.
 *
 * @param look what is still missing, as a clause for the error; null: nothing is
 * @throws CachectlError change `not-in-time` with what was missing last; `lock-lost` where that ended the wait
 */
export async function waitFor(
  { clock, stop, deadlineMs }: WaitDeps,
  look: () => Promise<string | null>,
  hint: string,
): Promise<void> {
  const until = clock.monotonicMs() + deadlineMs;
  for (;;) {
    const missing = await look();
    if (missing === null) return;
    if (stop.aborted) throw stopReason(stop, missing);
    if (clock.monotonicMs() >= until)
      throw new CachectlError("change", "not-in-time", `after ${deadlineMs / 1000} s ${missing}`, hint);
    await clock.sleep(everyMs);
  }
}

/** Why a run that was to stop ends: a signal is no failure; a lost lock is one, and names itself. */
export function stopReason(stop: AbortSignal, missing: string): CachectlError {
  const reason: unknown = stop.reason;
  if (reason instanceof CachectlError && reason.kind !== "interrupted") return reason;
  return new CachectlError("interrupted", "interrupted", `interrupted: ${missing}`, "");
}
