const firstBytes = 1 << 14;

/**
 * The names of a page as bytes, one behind the other in memory that is used again: what reads or copies every character of a million
 * names is some times faster from here than from texts. After each name there is a zero.
 */
export class NameBytes {
  count = 0;
  #bytes = Buffer.alloc(firstBytes);
  /** Where each name begins, and where one after the last would. */
  #starts = new Int32Array(1);

  /** Replaced by a larger one when `take` needs it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Forgets the names before. @param names one character a byte */
  take(names: readonly string[]): void {
    const { length } = names;
    if (this.#starts.length <= length) this.#starts = new Int32Array(2 * length + 1);
    const starts = this.#starts;
    let start = 0;
    for (let i = 0; i < length; i++) {
      starts[i] = start;
      start += (names[i] as string).length + 1;
    }
    starts[length] = start;
    this.count = length;
    if (this.#bytes.length < start) this.#bytes = Buffer.alloc(2 * start);
    // All at once: a call for each name would take longer than the rest.
    this.#bytes.write(names.join("\0"), "latin1");
    this.#bytes[start - 1] = 0;
  }

  startOf(i: number): number {
    return this.#starts[i] as number;
  }

  endOf(i: number): number {
    return (this.#starts[i + 1] as number) - 1;
  }
}
