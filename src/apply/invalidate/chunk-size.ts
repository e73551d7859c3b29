/**
 * About what one key takes the server (Redis 7.0, values of 100 B). A tagged one is read from its tag set, deleted, taken out of
 * the set, and asked for once more a moment later.
 */
const keyMs = { tagged: 0.004, plain: 0.0015 };

/** A chunk that takes the server so long is hardly noticed by others, between their own commands. */
const unnoticedMs = 0.1;
const leastSize = 8;
const mostSize = 512;

/** What a chunk may always take: below this, what is measured is this program and the network rather than the server. */
const leastBusyMs = 0.15;
const mostBusyMs = 2;

/**
 * How many keys are dealt with at once. Whoever asks while the server is at a chunk waits for it, so a chunk may not take the server
 * longer than the way there and back takes anyway: others wait at most twice as long as on the idle server. The size is what should
 * take half of that, and less where requests turn out to take longer. A quick answer does not make it larger: what is measured near
 * a server is mostly this program and the way.
 */
export class ChunkSize {
  #size: number;
  readonly #idleMs: number;
  readonly #busyMs: number;
  readonly #mostSize: number;
  /** Of all requests, with the way there and back: no command can have taken the server longer. */
  longestMs = 0;

  /**
   * @param idleMs the way to the idle server and back; null: not known, and then only what takes the server long by itself counts
   * @param owners a chunk is spread over so many servers
   */
  constructor(idleMs: number | null, keys: keyof typeof keyMs, owners: number) {
    this.#idleMs = idleMs ?? 0;
    this.#busyMs = idleMs === null ? mostBusyMs : Math.min(mostBusyMs, Math.max(leastBusyMs, idleMs));
    this.#size = Math.floor(unnoticedMs / keyMs[keys]);
    const fairMs = Math.max(unnoticedMs, this.#idleMs / 2);
    this.#mostSize = Math.min(mostSize, Math.floor(fairMs / keyMs[keys]) * owners);
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
    else if (busyMs < this.#busyMs / 2 && keys >= this.#size) this.#size = Math.min(this.#mostSize, this.#size + 16);
  }
}
