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

  /** Forgets the names before. @param names one character a byte; `longest` bytes are taken of each, and no more */
  take(names: readonly string[], longest = Infinity): void {
    const { length } = names;
    if (this.#starts.length <= length) this.#starts = new Int32Array(2 * length + 1);
    const starts = this.#starts;
    let start = 0;
    let whole = true;
    for (let i = 0; i < length; i++) {
      const bytes = (names[i] as string).length;
      if (bytes > longest) whole = false;
      starts[i] = start;
      start += Math.min(bytes, longest) + 1;
    }
    starts[length] = start;
    this.count = length;
    if (this.#bytes.length < start) this.#bytes = Buffer.alloc(2 * start);
    // All at once: a call for each name would take longer than the rest.
    const taken = whole ? names : names.map((name) => name.slice(0, longest));
    this.#bytes.write(taken.join("\0"), "latin1");
    if (length > 0) this.#bytes[start - 1] = 0;
  }

  startOf(i: number): number {
    return this.#starts[i] as number;
  }

  endOf(i: number): number {
    return (this.#starts[i + 1] as number) - 1;
  }
}
