import type { Clock } from "../../model/clock.js";

/**
 * How fast one pair moves keys: under a rate, and slower while other clients wait for longer than they should. The slow-down
 * doubles with each late answer and halves with each that is in time, so it settles within a second either way.
 */
export class Pace {
  /** Pause after each piece of work, as a multiple of how long that took. */
  #brake = 0;
  #dueMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly ratePerSecond: number | null,
    private readonly maxLatencyMs: number,
  ) {
    this.#dueMs = clock.monotonicMs();
  }

  /** A PING beside the move took this much longer than on an idle server. */
  heard(delayMs: number): void {
    if (delayMs > this.maxLatencyMs) this.#brake = Math.min(16, Math.max(0.5, this.#brake * 2));
    else this.#brake = this.#brake <= 0.25 ? 0 : this.#brake / 2;
  }

  /** While braking, commands go one by one, so that others are served between them. */
  get braking(): boolean {
    return this.#brake > 0 || this.ratePerSecond !== null;
  }

  /** Waits as long as the rate and the brake ask for, after `keys` were moved within `tookMs`. At most ten seconds at once. */
  async after(keys: number, tookMs: number): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.ratePerSecond !== null)
      this.#dueMs = Math.max(this.#dueMs, now - tookMs) + (keys / this.ratePerSecond) * 1000;
    const pauseMs = Math.min(10_000, Math.max(this.#dueMs - now, Math.min(1000, tookMs * this.#brake)));
    if (pauseMs >= 1) await this.clock.sleep(pauseMs);
  }
}
