/** Pages a second under `--rate`: small enough that the keys come evenly, large enough that a page is worth its round trip. */
const pagesPerSecond = 10;

/** Holds a scan to a number of keys a second. */
export class Pacer {
  #dueMs: number | null = null;

  constructor(private readonly ratePerSecond: number | null) {}

  /** The most keys to ask for at once. */
  get mostKeys(): number {
    return this.ratePerSecond === null ? Infinity : Math.max(1, Math.ceil(this.ratePerSecond / pagesPerSecond));
  }

  /** How long to wait after these keys before more are asked for. What was slower than the rate is not made up for. */
  waitMs(nowMs: number, keys: number): number {
    if (this.ratePerSecond === null) return 0;
    this.#dueMs = Math.max(this.#dueMs ?? nowMs, nowMs) + (keys * 1000) / this.ratePerSecond;
    return Math.max(0, this.#dueMs - nowMs);
  }
}
