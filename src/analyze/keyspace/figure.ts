import type { Figure } from "../../model/keyspace.js";

/** What an estimate needs: the sum over the keys that were looked at, and the sum of the squares. */
export interface Sum {
  sum: number;
  squares: number;
}

/** Two-sided, 95 %. */
const z = 1.96;

/**
 * A total over all keys from those that were looked at, each with probability `ratio` and independently of the others
 * (Horvitz–Thompson: sum/p, its variance (1−p)/p² · Σx²). Exact when every key was looked at.
 */
export function figure({ sum, squares }: Sum, ratio: number): Figure {
  return { value: Math.round(sum / ratio), plusMinus: Math.round((z * Math.sqrt((1 - ratio) * squares)) / ratio) };
}

/** The same for a count of keys, where each is its own square. */
export function countFigure(count: number, ratio: number): Figure {
  return figure({ sum: count, squares: count }, ratio);
}
