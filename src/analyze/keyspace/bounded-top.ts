/** A key and what it is ranked by. */
export interface Ranked {
  value: number;
  name: string;
  node: string;
  database: number;
}

/**
 * The first `limit` of all keys that were offered, largest value first and of equal ones the lesser name (then node,
 * database) first, so that the outcome does not depend on the order in which they come. A heap whose root is the last.
 */
export class BoundedTop<T extends Ranked> {
  /** What is less than this cannot enter: compare with it before anything else. */
  floor = -Infinity;
  /** Keys that did not stay though their value is `floor`. */
  equalsLeftOut = 0;
  readonly #limit: number;
  readonly #heap: T[] = [];

  /** @param limit at least 1 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether `put` is worth its object. Ask once for each key that is not below `floor`: it counts the equals left out. */
  takes(value: number, name: string, node: string, database: number): boolean {
    const root = this.#heap[0];
    if (root === undefined || this.#heap.length < this.#limit || value > root.value) return true;
    if (value < root.value) return false;
    const order = compareNames(name, node, database, root);
    if (order > 0) this.equalsLeftOut++;
    return order < 0;
  }

  /** Takes in a key that `takes` is true of. A scan may give one twice: the larger of the two values stays. */
  put(entry: T): void {
    const heap = this.#heap;
    const same = heap.findIndex(
      ({ name, node, database }) => name === entry.name && node === entry.node && database === entry.database,
    );
    if (same !== -1) this.#enlarge(same, entry);
    else if (heap.length < this.#limit) this.#push(entry);
    else this.#replaceRoot(entry);
  }

  /** The first comes first. */
  sorted(): T[] {
    return [...this.#heap].sort(compare);
  }

  save(): SavedTop<T> {
    return { limit: this.#limit, equalsLeftOut: this.equalsLeftOut, entries: this.sorted() };
  }

  static restore<T extends Ranked>({ limit, equalsLeftOut, entries }: SavedTop<T>): BoundedTop<T> {
    const top = new BoundedTop<T>(limit);
    for (const entry of entries) top.put(entry);
    top.equalsLeftOut = equalsLeftOut;
    return top;
  }

  #push(entry: T): void {
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    this.#noteFloor();
  }

  #replaceRoot(entry: T): void {
    this.equalsLeftOut++;
    this.#heap[0] = entry;
    this.#siftDown(0);
    this.#noteFloor();
  }

  #enlarge(index: number, entry: T): void {
    if (entry.value <= (this.#heap[index]?.value ?? Infinity)) return;
    this.#heap[index] = entry;
    this.#siftDown(index);
    this.#noteFloor();
  }

  /** All that was left out before was below a floor that has risen. */
  #noteFloor(): void {
    const root = this.#heap[0];
    if (root === undefined || this.#heap.length < this.#limit || root.value === this.floor) return;
    this.floor = root.value;
    this.equalsLeftOut = 0;
  }

  #siftUp(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfWorse(index, parent)) return;
      index = parent;
    }
  }

  #siftDown(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const worse = this.#isWorse(right, left) ? right : left;
      if (!this.#swapIfWorse(worse, index)) return;
      index = worse;
    }
  }

  #swapIfWorse(child: number, parent: number): boolean {
    if (!this.#isWorse(child, parent)) return false;
    const heap = this.#heap;
    [heap[child], heap[parent]] = [heap[parent] as T, heap[child] as T];
    return true;
  }

  /** False where there is no such child. */
  #isWorse(index: number, than: number): boolean {
    const one = this.#heap[index];
    const other = this.#heap[than];
    return one !== undefined && other !== undefined && compare(one, other) > 0;
  }
}

/** What `save` gives: plain JSON when the entries are. */
export interface SavedTop<T extends Ranked> {
  limit: number;
  equalsLeftOut: number;
  entries: T[];
}

/** Negative: `a` comes first. */
export function compare(a: Ranked, b: Ranked): number {
  return b.value - a.value || compareNames(a.name, a.node, a.database, b);
}

function compareNames(name: string, node: string, database: number, other: Ranked): number {
  if (name !== other.name) return name < other.name ? -1 : 1;
  if (node !== other.node) return node < other.node ? -1 : 1;
  return database - other.database;
}
