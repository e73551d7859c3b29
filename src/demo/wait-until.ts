import { setTimeout as delay } from "node:timers/promises";
import { DemoError, DemoInterrupted } from "./demo-error.js";

export interface Wait {
  /** Fits after "gave up waiting until ". */
  what: string;
  timeoutMs: number;
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Asks `condition` again and again until it holds.
 *
 * An error from the condition means "not yet": servers refuse connections while they start. The last one becomes the cause
 * when time runs out. Rejects with `DemoError` (code `timed-out`) or `DemoInterrupted`.
 */
export async function waitUntil(condition: () => boolean | Promise<boolean>, wait: Wait): Promise<void> {
  const deadline = performance.now() + wait.timeoutMs;
  let lastError: unknown;
  for (;;) {
    if (wait.signal?.aborted) throw new DemoInterrupted();
    try {
      if (await condition()) return;
      lastError = undefined;
    } catch (error) {
      if (error instanceof GiveUp) throw error.reason;
      lastError = error;
    }
    if (performance.now() >= deadline) throw timedOut(wait, lastError);
    await delay(wait.everyMs ?? 10);
  }
}

/** Thrown by a condition that can no longer become true; `waitUntil` rejects with `reason` at once. */
export class GiveUp extends Error {
  constructor(readonly reason: Error) {
    super(reason.message);
  }
}

function timedOut({ what, timeoutMs }: Wait, cause: unknown): DemoError {
  const because = cause instanceof Error ? ` The last answer was: ${cause.message}` : "";
  return new DemoError(
    "timed-out",
    `Gave up after ${timeoutMs / 1000} s waiting until ${what}.${because}`,
    "The machine may be too busy: try again, or look at the server's log.",
    cause,
  );
}
