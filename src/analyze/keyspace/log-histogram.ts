import type { Quantiles } from "../../model/keyspace.js";

/** Buckets per doubling: a quantile is off by at most 9 %, and by what making it a whole number takes. */
const perDoubling = 4;
const bucketCount = 48 * perDoubling;

/** Counts non-negative numbers in buckets that grow by a constant factor, so that quantiles need no list of the values. */
export class LogHistogram {
  #counts: Uint32Array | null = null;
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  add(value: number): void {
    // Most histograms of a large keyspace stay empty.
    this.#counts ??= new Uint32Array(bucketCount);
    const bucket = bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (value > this.#max) this.#max = value;
  }

  merge(other: LogHistogram): void {
    if (other.#counts === null) return;
    this.#counts ??= new Uint32Array(bucketCount);
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#total += other.#total;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Null without values. The largest is exact, the others are the middle of their bucket. */
  quantiles(): Quantiles | null {
    if (this.#total === 0) return null;
    return { p10: this.quantile(0.1), p50: this.quantile(0.5), p90: this.quantile(0.9), max: this.#max };
  }

  save(): unknown {
    const counts = [...(this.#counts ?? [])].flatMap((count, bucket) => (count === 0 ? [] : [[bucket, count]]));
    return { counts, max: this.#max };
  }

  static restore(saved: unknown): LogHistogram {
    const { counts, max } = saved as { counts: [number, number][]; max: number };
    const histogram = new LogHistogram();
    for (const [bucket, count] of counts) {
      histogram.#counts ??= new Uint32Array(bucketCount);
      histogram.#counts[bucket] = count;
      histogram.#total += count;
    }
    histogram.#max = max;
    return histogram;
  }

  private quantile(share: number): number {
    const rank = Math.ceil(share * this.#total);
    let seen = 0;
    for (const [bucket, count] of (this.#counts ?? []).entries()) {
      seen += count;
      if (seen >= rank) return Math.min(middleOf(bucket), this.#max);
    }
    return this.#max;
  }
}

/** Bucket 0 holds 0 and 1 alike; the others the powers of 2^(1/4). */
function bucketOf(value: number): number {
  return value <= 1 ? 0 : Math.min(bucketCount - 1, Math.floor(Math.log2(value) * perDoubling) + 1);
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 1 : Math.round(2 ** ((bucket - 0.5) / perDoubling));
}
