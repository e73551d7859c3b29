import type { MoveProgress } from "../../apply/move-types.js";
import type { Clock } from "../../model/clock.js";
import type { Progress } from "../context.js";
import { grouped, timeLeft } from "../progress-text.js";

/** At most as often as a person can read. */
const intervalMs = 200;

/** Shows how far a move of slots is, with rate and time left. */
export class MoveProgressText {
  readonly #startedMs: number;
  #shownMs = -Infinity;

  constructor(
    private readonly progress: Progress,
    private readonly clock: Clock,
  ) {
    this.#startedMs = clock.monotonicMs();
  }

  moved(seen: MoveProgress): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#shownMs < intervalMs) return;
    this.#shownMs = nowMs;
    this.progress.update(moveText(seen, (nowMs - this.#startedMs) / 1000));
  }
}

/** Time left is by slots: how many keys the rest holds is only estimated. */
export function moveText({ doneSlots, totalSlots, keys }: MoveProgress, seconds: number): string {
  const rate = seconds > 0 ? `, ${grouped(keys / seconds)} keys/s` : "";
  const left = doneSlots > 0 ? `, ${timeLeft((seconds * (totalSlots - doneSlots)) / doneSlots)} left` : "";
  return `Moving slots: ${grouped(doneSlots)} of ${grouped(totalSlots)}, ${grouped(keys)} keys${rate}${left}`;
}
