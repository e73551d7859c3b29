import type { Context } from "./context.js";

/** What every report says of its run. */
export interface RunFrame {
  version: string;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
}

/** Notes when a command began; the function that it returns gives the frame of its report, up to that moment. */
export function beginRun({ version, clock }: Context): () => RunFrame {
  const startedAt = new Date(clock.now()).toISOString();
  const begunMs = clock.monotonicMs();
  return () => ({ version, startedAt, durationMs: Math.round(clock.monotonicMs() - begunMs) });
}
