/** A server that nobody has measured yet is asked for little at first. */
const firstCount = 100;

const leastCount = 10;

/**
 * SCAN of so many keys takes the server 0.2 ms, and what it read of them is still in the processor's cache when they are measured:
 * with a thousand, TYPE takes half as long again. With fewer, both sides wake up too often.
 */
const mostCount = 400;

/** One page a round trip is all that a distant server can give, so its pages are larger: 1.6 ms of its time. */
const mostCountFarAway = 4_000;

/** Where MATCH or TYPE leave almost nothing of a page, SCAN is all that the server has to do for it: about 2 ms. */
const mostCountSparse = 5_000;

const farAwayMs = 1;

/** Names of a page are echoed by each command that measures them, so they are what a page costs in memory. */
const wantedNameBytes = 1 << 20;

/** How many keys SCAN is asked for: more while the server keeps up, half as many when it does not. */
export class AdaptiveCount {
  #count = firstCount;
  #slowedDown = false;
  readonly #most: number;

  /** @param roundTripMs of the idle server */
  constructor(roundTripMs: number) {
    this.#most = roundTripMs >= farAwayMs ? mostCountFarAway : mostCount;
  }

  get count(): number {
    return this.#count;
  }

  /** A page of `asked` keys gave this many names. */
  pageCame(asked: number, names: number, nameBytes: number): void {
    if (nameBytes > wantedNameBytes) {
      const fitting = Math.floor((asked * wantedNameBytes) / nameBytes);
      this.#count = Math.max(leastCount, Math.min(this.#count, fitting));
      return;
    }
    const roomLeft = nameBytes === 0 ? Infinity : Math.floor((asked * wantedNameBytes) / nameBytes);
    const most = names * 10 < asked ? mostCountSparse : this.#most;
    // Once the server has been slow it is approached in small steps, as a network is after a loss.
    const grown = this.#slowedDown ? this.#count + Math.max(leastCount, this.#count / 10) : this.#count * 2;
    this.#count = Math.max(leastCount, Math.floor(Math.min(grown, most, roomLeft)));
  }

  /** The server's answers take too long. */
  slowDown(): void {
    this.#slowedDown = true;
    this.#count = Math.max(leastCount, Math.floor(this.#count / 2));
  }
}
