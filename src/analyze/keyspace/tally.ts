/** Counts a few different texts, as types and encodings are: looking through a short list beats a map. */
export class Tally {
  #names: string[] | null = null;
  #counts: number[] | null = null;

  add(name: string, count = 1): void {
    const names = (this.#names ??= []);
    const counts = (this.#counts ??= []);
    let at = 0;
    while (at < names.length && names[at] !== name) at++;
    if (at === names.length) {
      names.push(name);
      counts.push(0);
    }
    counts[at] = (counts[at] ?? 0) + count;
  }

  merge(other: Tally): void {
    for (const [name, count] of other.entries()) this.add(name, count);
  }

  /** Most first, of equal counts the lesser name: the order in which they came says nothing. */
  entries(): [string, number][] {
    const pairs = (this.#names ?? []).map((name, i): [string, number] => [name, this.#counts?.[i] ?? 0]);
    return pairs.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.entries());
  }
}
