/**
 * Numbers the types of keys as they come. There are a handful, so that trying each is faster than a Map, and most keys have
 * the type of the one before.
 */
export class TypeRows {
  readonly types: (string | null)[];
  #last = 0;

  constructor(types: (string | null)[] = []) {
    this.types = types;
  }

  rowOf(type: string | null): number {
    if (this.types[this.#last] === type) return this.#last;
    for (let row = 0; row < this.types.length; row++) {
      if (this.types[row] === type) return (this.#last = row);
    }
    this.types.push(type);
    return (this.#last = this.types.length - 1);
  }
}
