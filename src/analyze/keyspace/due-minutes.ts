const minuteMs = 60_000;
const minutesPerDay = 1_440;

/** Keys that live longer are not counted: a cliff that far ahead moves before it is met. Ten weeks. */
const horizonMs = 70 * minutesPerDay * minuteMs;

/** Counts keys by the minute (UTC) in which they expire, exactly, within the ten weeks after each was read. */
export class DueMinutes {
  /** Day since 1970 → a count for each of its minutes; at most 71 days and those that the scan itself takes. */
  readonly #days = new Map<number, Uint32Array>();
  #lastDay = -1;
  #lastCounts: Uint32Array = new Uint32Array(0);

  add(readAtMs: number, leftMs: number): void {
    if (leftMs > horizonMs) return;
    const minute = Math.floor((readAtMs + leftMs) / minuteMs);
    const day = Math.floor(minute / minutesPerDay);
    const counts = day === this.#lastDay ? this.#lastCounts : this.#countsOf(day);
    const index = minute - day * minutesPerDay;
    counts[index] = (counts[index] ?? 0) + 1;
  }

  /** The minutes with most keys, most first, the earlier of equal ones first. `at`: Unix seconds of its beginning. */
  fullest(limit: number, nowMs: number): { at: number; keys: number }[] {
    const minutes: { at: number; keys: number }[] = [];
    for (const [day, counts] of this.#days) {
      for (let index = 0; index < counts.length; index++) {
        const keys = counts[index] ?? 0;
        const minute = day * minutesPerDay + index;
        if (keys > 0 && (minute + 1) * minuteMs > nowMs) minutes.push({ at: minute * 60, keys });
      }
    }
    return minutes.sort((a, b) => b.keys - a.keys || a.at - b.at).slice(0, limit);
  }

  save(): SavedDueMinutes {
    return [...this.#days].map(([day, counts]) => ({
      day,
      counts: [...counts.entries()].filter(([, keys]) => keys > 0),
    }));
  }

  static restore(saved: SavedDueMinutes): DueMinutes {
    const minutes = new DueMinutes();
    for (const { day, counts } of saved) {
      const ofDay = minutes.#countsOf(day);
      for (const [index, keys] of counts) ofDay[index] = keys;
    }
    return minutes;
  }

  #countsOf(day: number): Uint32Array {
    let counts = this.#days.get(day);
    if (counts === undefined) {
      counts = new Uint32Array(minutesPerDay);
      this.#days.set(day, counts);
    }
    this.#lastDay = day;
    this.#lastCounts = counts;
    return counts;
  }
}

/** Minutes of a day → keys due. */
export type SavedDueMinutes = { day: number; counts: [number, number][] }[];
