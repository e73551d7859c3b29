import type { Clock } from "../../model/clock.js";
import type { DrillEvent } from "../../model/sentinel-drill.js";

/** What was first seen when. */
export class DrillTimeline {
  /** By the clock; null: nothing has been ordered. */
  orderedMs: number | null = null;
  readonly #seen = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Only the first time counts. */
  note(event: string, atMs = this.clock.monotonicMs()): void {
    if (!this.#seen.has(event)) this.#seen.set(event, atMs);
  }

  /** Since the order, in the order of time. */
  events(): DrillEvent[] {
    const orderedMs = this.orderedMs;
    if (orderedMs === null) return [];
    const events = [...this.#seen].map(([event, atMs]) => ({ event, atMs: atMs - orderedMs }));
    return events.sort((a, b) => a.atMs - b.atMs);
  }
}
