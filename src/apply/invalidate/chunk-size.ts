/** A chunk of this many keys takes the server about a tenth of a millisecond: others hardly notice it between their own commands. */
const firstSize = 64;
const leastSize = 8;
const mostSize = 512;

/** A chunk is one command for everybody who waits: one that took this long, with the way there and back, was too large. */
const tooLongMs = 2;
const quickMs = 0.75;

/** How many keys are dealt with at once: fewer when a chunk takes long, more while it does not. */
export class ChunkSize {
  #size = firstSize;
  /** Of all chunks, with the way there and back: no command can have taken the server longer. */
  longestMs = 0;

  get size(): number {
    return this.#size;
  }

  /** @param keys of the chunk that took so long */
  took(ms: number, keys: number): void {
    this.longestMs = Math.max(this.longestMs, ms);
    if (ms > tooLongMs) this.#size = Math.max(leastSize, Math.floor(this.#size / 2));
    // One that was not full says nothing about a larger one.
    else if (ms < quickMs && keys >= this.#size) this.#size = Math.min(mostSize, this.#size + 16);
  }
}
