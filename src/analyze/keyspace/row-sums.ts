import type { Figure } from "../../model/keyspace.js";
import { countFigure, figure } from "./figure.js";

/** How many keys there were, of how many of them the measure (bytes, elements) is known, and its sum and sum of squares. */
export interface KeySum {
  keys: number;
  measured: number;
  sum: number;
  squares: number;
}

/** Numbers of one row: keys, measured, sum, squares. */
const stride = 4;

/** Sums for each of many numbered rows, in a typed array: adding a key to one allocates nothing. */
export class RowSums {
  #counters: Float64Array;

  /** @param rowCount rows to begin with; more are added as they are used */
  constructor(rowCount = 8) {
    this.#counters = new Float64Array(rowCount * stride);
  }

  get rowCount(): number {
    return this.#counters.length / stride;
  }

  add(row: number, measure: number | null): void {
    const at = row * stride;
    if (at >= this.#counters.length) this.#grow(row);
    const counters = this.#counters;
    counters[at] = (counters[at] ?? 0) + 1;
    if (measure === null) return;
    counters[at + 1] = (counters[at + 1] ?? 0) + 1;
    counters[at + 2] = (counters[at + 2] ?? 0) + measure;
    counters[at + 3] = (counters[at + 3] ?? 0) + measure * measure;
  }

  row(row: number): KeySum {
    const [keys = 0, measured = 0, sum = 0, squares = 0] = this.#counters.subarray(row * stride, (row + 1) * stride);
    return { keys, measured, sum, squares };
  }

  /** Of all rows together. */
  total(): KeySum {
    return totalOf(Array.from({ length: this.rowCount }, (_, row) => this.row(row)));
  }

  /** Rows with keys only: most slots of a small cluster have none. */
  save(): unknown {
    const rows: number[][] = [];
    for (let row = 0; row < this.rowCount; row++) {
      const { keys, measured, sum, squares } = this.row(row);
      if (keys > 0) rows.push([row, keys, measured, sum, squares]);
    }
    return { rowCount: this.rowCount, rows };
  }

  static restore(saved: unknown): RowSums {
    const { rowCount, rows } = saved as { rowCount: number; rows: number[][] };
    const sums = new RowSums(rowCount);
    for (const [row = 0, ...counters] of rows) sums.#counters.set(counters, row * stride);
    return sums;
  }

  #grow(row: number): void {
    const larger = new Float64Array(Math.max(2 * this.#counters.length, (row + 1) * stride));
    larger.set(this.#counters);
    this.#counters = larger;
  }
}

export function totalOf(sums: readonly KeySum[]): KeySum {
  const total: KeySum = { keys: 0, measured: 0, sum: 0, squares: 0 };
  for (const { keys, measured, sum, squares } of sums) {
    total.keys += keys;
    total.measured += measured;
    total.sum += sum;
    total.squares += squares;
  }
  return total;
}

export function keysFigure({ keys }: KeySum, ratio: number): Figure {
  return countFigure(keys, ratio);
}

/** Null where there are keys and the measure is known of none. */
export function measureFigure(sums: KeySum, ratio: number): Figure | null {
  return sums.keys > 0 && sums.measured === 0 ? null : figure(sums, ratio);
}
