import { ownText } from "../../model/key-name.js";

/** Additions after which the seldom ones are dropped. Names kept stay below some ten thousand, whatever is added. */
const windowLength = 10_000;

interface Count {
  count: number;
  /** By how much `count` may be too low: what could have been dropped before the name was kept. */
  missed: number;
}

/**
 * Counts the frequent ones of any number of names in bounded memory: exact for the first ten thousand additions, after that
 * too low by at most one for each further ten thousand. Source: lossy counting, Manku and Motwani, VLDB 2002.
 */
export class FrequentNames {
  readonly #counts = new Map<string, Count>();
  #added = 0;

  /** All additions, also of names that are not kept. */
  get added(): number {
    return this.#added;
  }

  /** By how much any count may be too low. */
  get missed(): number {
    return Math.floor(this.#added / windowLength);
  }

  add(name: string): void {
    const found = this.#counts.get(name);
    if (found !== undefined) found.count += 1;
    else this.#counts.set(ownText(name), { count: 1, missed: this.missed });
    this.#added += 1;
    if (this.#added % windowLength === 0) this.dropSeldom();
  }

  /** The `length` most frequent, most first; of equal ones the lesser name first. */
  top(length: number): { name: string; count: number }[] {
    return [...this.#counts]
      .map(([name, { count }]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      .slice(0, length);
  }

  private dropSeldom(): void {
    for (const [name, { count, missed }] of this.#counts) if (count + missed <= this.missed) this.#counts.delete(name);
  }
}
