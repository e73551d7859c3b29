/** A chunk of this many keys takes the server less than a tenth of a millisecond: others hardly notice it between their own commands. */
const firstSize = 32;
const leastSize = 8;
const mostSize = 512;

/** What a chunk may always take: below this, what is measured is this program and the network rather than the server. */
const leastBusyMs = 0.15;
const mostBusyMs = 2;

/**
 * How many keys are dealt with at once. Whoever asks while the server is at a chunk waits for it, so a chunk may take the server
 * about as long as the way there and back takes anyway: others wait at most twice as long as on the idle server.
 */
export class ChunkSize {
  #size = firstSize;
  readonly #idleMs: number;
  readonly #busyMs: number;
  /** Of all requests, with the way there and back: no command can have taken the server longer. */
  longestMs = 0;

  /** @param idleMs the way to the idle server and back; null: not known, and then only the server's part that is long by itself counts */
  constructor(idleMs: number | null) {
    this.#idleMs = idleMs ?? 0;
    this.#busyMs = idleMs === null ? mostBusyMs : Math.min(mostBusyMs, Math.max(leastBusyMs, idleMs));
  }

  get size(): number {
    return this.#size;
  }

  /** @param ms the longest request of a chunk; @param keys of that chunk */
  took(ms: number, keys: number): void {
    this.longestMs = Math.max(this.longestMs, ms);
    const busyMs = ms - this.#idleMs;
    if (busyMs > this.#busyMs) this.#size = Math.max(leastSize, Math.floor(this.#size / 2));
    // One that was not full says nothing about a larger one.
    else if (busyMs < this.#busyMs / 2 && keys >= this.#size) this.#size = Math.min(mostSize, this.#size + 16);
  }
}
