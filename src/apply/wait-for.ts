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
 * @throws CachectlError change `not-in-time` with what was missing last
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
    if (stop.aborted) throw new CachectlError("interrupted", "interrupted", `interrupted: ${missing}`, "");
    if (clock.monotonicMs() >= until)
      throw new CachectlError("change", "not-in-time", `after ${deadlineMs / 1000} s ${missing}`, hint);
    await clock.sleep(everyMs);
  }
}
