import type { KeyPage } from "../../model/key-page.js";
import type { TtlFacts } from "../../model/keyspace.js";
import { DueMinutes, type SavedDueMinutes } from "./due-minutes.js";
import { countFigure } from "./figure.js";
import type { KeyReducer } from "./reducer.js";
import { keysFigure, measureFigure, RowSums, totalOf, type KeySum } from "./row-sums.js";

/** Where one range of time left ends and the next begins: 1 and 10 minutes, 1, 6 and 24 hours, 7 and 30 days. Seconds. */
const rangeEnds = [60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000];
const rangeEndsMs = Float64Array.from(rangeEnds, (seconds) => 1000 * seconds);

/** The row of keys without a TTL, after those of the ranges. */
const noTtlRow = rangeEnds.length + 1;

const listedCliffs = 10;

/** Which keys have a TTL, how much time they have left, and the minutes in which many are due at once. */
export class TtlAudit implements KeyReducer {
  #rows = new RowSums(noTtlRow + 1);
  #unknownKeys = 0;
  #due = new DueMinutes();

  add({ names, ttlMs, bytes, readAtMs }: KeyPage): void {
    for (let i = 0; i < names.length; i++) {
      const leftMs = ttlMs[i] ?? null;
      if (leftMs === null) {
        this.#unknownKeys++;
      } else if (leftMs === -1) {
        this.#rows.add(noTtlRow, bytes[i] ?? null);
      } else {
        this.#rows.add(rangeOf(leftMs), bytes[i] ?? null);
        this.#due.add(readAtMs, leftMs);
      }
    }
  }

  /**
   * @param ratio share of the keys that was added, above 0, at most 1
   * @param nowMs minutes that have gone by are no cliffs: their keys expired while the others were read
   */
  facts(ratio: number, nowMs: number): Omit<TtlFacts, "groupsWithout"> {
    const ranges = [...rangeEnds, null].map((toSeconds, row) => ({ toSeconds, sums: this.#rows.row(row) }));
    const withTtl = totalOf(ranges.map(({ sums }) => sums));
    const withoutTtl = this.#rows.row(noTtlRow);
    // Where bytes could not be asked at all, no keys are not 0 bytes either: the column is unknown.
    const bytesUnknown = measureFigure(totalOf([withTtl, withoutTtl]), ratio) === null;
    const bytesOf = (sums: KeySum) => (bytesUnknown ? null : measureFigure(sums, ratio));
    return {
      withTtl: keysFigure(withTtl, ratio),
      withoutTtl: keysFigure(withoutTtl, ratio),
      withTtlBytes: bytesOf(withTtl),
      withoutTtlBytes: bytesOf(withoutTtl),
      unknownKeys: this.#unknownKeys,
      distribution: ranges.map(({ toSeconds, sums }, row) => ({
        fromSeconds: rangeEnds[row - 1] ?? 0,
        toSeconds,
        keys: keysFigure(sums, ratio),
        bytes: bytesOf(sums),
      })),
      cliffs: this.#due.fullest(listedCliffs, nowMs).map(({ at, keys }) => ({
        at,
        keys: countFigure(keys, ratio),
        percent: (100 * keys) / withTtl.keys,
      })),
    };
  }

  save(): unknown {
    return { rows: this.#rows.save(), unknownKeys: this.#unknownKeys, due: this.#due.save() };
  }

  static restore(saved: unknown): TtlAudit {
    const { rows, unknownKeys, due } = saved as { rows: unknown; unknownKeys: number; due: SavedDueMinutes };
    const audit = new TtlAudit();
    audit.#rows = RowSums.restore(rows);
    audit.#unknownKeys = unknownKeys;
    audit.#due = DueMinutes.restore(due);
    return audit;
  }
}

function rangeOf(leftMs: number): number {
  let row = 0;
  while (row < rangeEndsMs.length && leftMs >= (rangeEndsMs[row] ?? 0)) row++;
  return row;
}
