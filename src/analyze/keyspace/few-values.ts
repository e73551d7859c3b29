import type { Quantiles } from "../../model/keyspace.js";
import { LogHistogram } from "./log-histogram.js";

/** Most groups of a keyspace with thousands have a handful of keys; a histogram is 800 bytes. */
const fewest = 16;

/** A LogHistogram that is only made when there are more than a few values. */
export class FewValues {
  #values: number[] | null = null;
  #histogram: LogHistogram | null = null;

  add(value: number): void {
    if (this.#histogram !== null) this.#histogram.add(value);
    else if (this.#values === null) this.#values = [value];
    else if (this.#values.push(value) > fewest) {
      this.#histogram = this.histogram();
      this.#values = null;
    }
  }

  merge(other: FewValues): void {
    if (other.#histogram === null) {
      for (const value of other.#values ?? []) this.add(value);
      return;
    }
    const histogram = this.#histogram ?? this.histogram();
    histogram.merge(other.#histogram);
    this.#histogram = histogram;
    this.#values = null;
  }

  /** As the histogram would have them, however few there are. Null without values. */
  quantiles(): Quantiles | null {
    return (this.#histogram ?? this.histogram()).quantiles();
  }

  save(): unknown {
    return { values: this.#values === null ? null : [...this.#values], histogram: this.#histogram?.save() ?? null };
  }

  static restore(saved: unknown): FewValues {
    const { values, histogram } = saved as { values: number[] | null; histogram: unknown };
    const few = new FewValues();
    few.#values = values === null ? null : [...values];
    few.#histogram = histogram === null ? null : LogHistogram.restore(histogram);
    return few;
  }

  private histogram(): LogHistogram {
    const histogram = new LogHistogram();
    for (const value of this.#values ?? []) histogram.add(value);
    return histogram;
  }
}
