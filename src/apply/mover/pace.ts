import type { Clock } from "../../model/clock.js";

/** Keys that one request carries at first: a millisecond or two of a server's time. */
const firstRequestKeys = 100;
/** Fewer are not worth a round trip of their own. */
const leastRequestKeys = 25;
/** More gain little on any network, two requests of a pair being under way at a time, and others wait for each. */
const mostRequestKeys = 200;

/**
 * How fast one pair moves keys: under a rate, and slower while other clients wait for longer than they should. A server carries
 * out what one request brings before it turns to anybody else; so requests grow while nobody waits, and shrink well before
 * anybody waits for too long. Where that is not enough, pauses follow. The slow-down doubles with each late answer and
 * halves with each that is in time, so it settles within a second either way.
 */
export class Pace {
  /** Pause after each piece of work, as a multiple of how long that took. */
  #brake = 0;
  #requestKeys = firstRequestKeys;
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
    if (delayMs > this.maxLatencyMs / 3) this.#requestKeys = Math.max(leastRequestKeys, this.#requestKeys / 2);
    else if (delayMs < this.maxLatencyMs / 6) this.#requestKeys = Math.min(mostRequestKeys, this.#requestKeys * 1.5);
    if (delayMs > this.maxLatencyMs) this.#brake = Math.min(16, Math.max(0.5, this.#brake * 2));
    else this.#brake = this.#brake <= 0.25 ? 0 : this.#brake / 2;
  }

  /** Keys that one request may bring to a server. While braking, and under a rate, 1: one MIGRATE, so that others are served after each. */
  get requestKeys(): number {
    return this.#brake > 0 || this.ratePerSecond !== null ? 1 : Math.floor(this.#requestKeys);
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
