/** Weights are fractions of users' making; a quota this close to a whole number is one. */
const rounding = 1e-9;

/** What `weight` of `total` is due to each. The weights' sum is positive. */
export function quotas(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (total * weight) / sum);
}

/**
 * `total` slots shared out by weight in whole slots: each gets its quota rounded down or up, and the sum is exact.
 *
 * Who gets one of the slots that are left over: first those who have more than their quota rounded down, since each of them
 * then gives one slot less and the plan is as short as it can be; then the largest remainder; then the first place. That
 * also makes a levelled cluster stay as it is.
 */
export function shareOut(total: number, weights: readonly number[], have: readonly number[]): number[] {
  const due = quotas(total, weights);
  const shares = due.map((quota) => Math.floor(quota + rounding));
  const remainder = (i: number) => (due[i] ?? 0) - (shares[i] ?? 0);
  const hasMore = (i: number) => ((have[i] ?? 0) > (shares[i] ?? 0) ? 1 : 0);
  const entitled = [...due.keys()].filter((i) => remainder(i) > rounding);
  entitled.sort((a, b) => hasMore(b) - hasMore(a) || byRemainder(remainder(a), remainder(b)) || a - b);
  const left = total - shares.reduce((a, b) => a + b, 0);
  for (const i of entitled.slice(0, left)) shares[i] = (shares[i] ?? 0) + 1;
  return shares;
}

function byRemainder(a: number, b: number): number {
  return Math.abs(a - b) < rounding ? 0 : b - a;
}
