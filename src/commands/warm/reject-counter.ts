import type { RejectedRow } from "../../model/warm-source.js";

/** More kinds than anybody reads; the rest is counted together. */
const mostReasons = 20;

/** Counts rejected rows by reason. */
export class RejectCounter {
  readonly #reasons = new Map<string, { rows: number; example: string }>();

  count(rows: readonly RejectedRow[]): void {
    for (const { reason, place } of rows) {
      const known = this.#reasons.get(reason);
      if (known !== undefined) known.rows++;
      else if (this.#reasons.size < mostReasons) this.#reasons.set(reason, { rows: 1, example: place });
      else {
        const others = this.#reasons.get(otherReasons);
        if (others === undefined) this.#reasons.set(otherReasons, { rows: 1, example: place });
        else others.rows++;
      }
    }
  }

  list(): { reason: string; rows: number; example: string }[] {
    return [...this.#reasons].map(([reason, seen]) => ({ reason, ...seen })).sort((a, b) => b.rows - a.rows);
  }
}

const otherReasons = "other reasons";
