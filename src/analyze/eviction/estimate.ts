import type { SampledKey, SampleStratum } from "../../model/key-sample.js";
import type { Figure } from "../../model/keyspace.js";

/** Two-sided, 95 %. */
const z = 1.96;

/**
 * The total of a measure over all keys, from a stratified sample: Σ N·mean, its variance Σ N²(1−n/N)·s²/n (Cochran, Sampling
 * Techniques, 5.3). Exact where every key was looked at. Nothing found in n of N keys still may be 3·N/n of them (the rule of
 * three), which is then the interval, in units of `one`.
 */
export function estimateTotal(
  strata: readonly SampleStratum[],
  measure: (key: SampledKey) => number,
  one: number,
): Figure {
  let value = 0;
  let variance = 0;
  let unseen = 0;
  for (const { keys, totalKeys } of strata) {
    const n = keys.length;
    if (n === 0) continue;
    const values = keys.map(measure);
    const mean = values.reduce((sum, x) => sum + x, 0) / n;
    value += totalKeys * mean;
    if (n === totalKeys) continue;
    if (values.every((x) => x === 0)) unseen += (3 * totalKeys) / n;
    const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, n - 1);
    variance += totalKeys ** 2 * (1 - n / totalKeys) * (spread / n);
  }
  const half = Math.max(z * Math.sqrt(variance), value === 0 ? unseen * one : 0);
  return { value: Math.round(value), plusMinus: Math.round(half) };
}

export function estimateKeys(strata: readonly SampleStratum[], is: (key: SampledKey) => boolean): Figure {
  return estimateTotal(strata, (key) => (is(key) ? 1 : 0), 1);
}

/** Null where no key's size is known. Keys without a known size count nothing: MEMORY USAGE is refused for all or for none. */
export function estimateBytes(strata: readonly SampleStratum[], is: (key: SampledKey) => boolean): Figure | null {
  const sizes = strata.flatMap(({ keys }) => keys.flatMap(({ bytes }) => bytes ?? []));
  if (sizes.length === 0) return null;
  const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return estimateTotal(strata, (key) => (is(key) ? (key.bytes ?? 0) : 0), average);
}
