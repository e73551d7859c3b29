import { quotas } from "./share-out.js";

/** A primary's share of a load, and between what it counts as level. All 0: it is to have nothing. */
export interface Bounds {
  wanted: number;
  lower: number;
  upper: number;
}

export function boundsOf(total: number, weights: readonly number[], thresholdPercent: number): Bounds[] {
  const part = thresholdPercent / 100;
  // Sums of fractions differ by their order; a billionth is no deviation.
  const slack = total * 1e-9;
  return quotas(total, weights).map((wanted) =>
    wanted === 0
      ? { wanted, lower: 0, upper: 0 }
      : { wanted, lower: wanted * (1 - part) - slack, upper: wanted * (1 + part) + slack },
  );
}

/** Over its share by this part of it; below 0: under it. */
export function deviation(load: number, { wanted }: Bounds): number {
  return wanted === 0 ? (load > 0 ? Infinity : 0) : (load - wanted) / wanted;
}

/** The largest deviation in either direction, of those who have a share. */
export function worstDeviation(loads: readonly number[], bounds: readonly Bounds[]): number {
  return bounds.reduce(
    (worst, bound, i) => (bound.wanted === 0 ? worst : Math.max(worst, Math.abs(deviation(loads[i] ?? 0, bound)))),
    0,
  );
}
