import { grouped } from "../progress-text.js";
import type { HitRate } from "./hit-rate.js";
import type { Throttle } from "./throttle.js";

interface Seen {
  /** Of an unfinished run that was gone on with. */
  earlierRows: number;
  hitRate: { before: HitRate; after: HitRate } | null;
  throttle: Pick<Throttle, "unseen" | "slowdowns"> | null;
}

/** What a report says beside its figures. Sentences. */
export function runNotes({ earlierRows, hitRate, throttle }: Seen): string[] {
  const slowdowns = throttle?.slowdowns ?? 0;
  return [
    ...(earlierRows > 0 ? [`Went on behind the ${grouped(earlierRows)} rows of an unfinished run.`] : []),
    ...Object.entries(hitRate ?? {}).flatMap(([when, { whyUnknown }]) =>
      whyUnknown === null ? [] : [`The hit rate ${when} is not known: ${whyUnknown}.`],
    ),
    ...(throttle?.unseen === true
      ? ["The memory of some node could not be seen: the run could not have stopped before evictions there."]
      : []),
    ...(slowdowns > 0
      ? [`Slowed down ${slowdowns} ${slowdowns === 1 ? "time" : "times"} because other commands were delayed.`]
      : []),
  ];
}
