import type { Clock } from "../../model/clock.js";
import type { Progress } from "../context.js";
import { grouped, timeLeft } from "../progress-text.js";

/** At most as often as a person can read. */
const intervalMs = 200;

/** Adds up what all nodes have seen and shows it with rate and time left. */
export class ScanProgress {
  readonly #nodes = new Map<string, { seen: number; expected: number | null }>();
  readonly #startedMs: number;
  #shownMs = 0;
  /** Seen before this run began, by an earlier one that it goes on from. */
  #before: number | null = null;

  constructor(
    private readonly progress: Progress,
    private readonly clock: Clock,
  ) {
    this.#startedMs = clock.monotonicMs();
  }

  seen(node: string, seen: number, expected: number | null): void {
    this.#nodes.set(node, { seen, expected });
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#shownMs < intervalMs) return;
    this.#shownMs = nowMs;
    this.progress.update(this.text(nowMs));
  }

  private text(nowMs: number): string {
    const nodes = [...this.#nodes.values()];
    const seen = nodes.reduce((sum, node) => sum + node.seen, 0);
    this.#before ??= seen;
    const perSecond = (1000 * (seen - this.#before)) / Math.max(1, nowMs - this.#startedMs);
    const expected = nodes.every((node) => node.expected !== null)
      ? nodes.reduce((sum, node) => sum + (node.expected ?? 0), 0)
      : null;
    const rate = `${grouped(perSecond)} keys/s`;
    if (expected === null || expected < seen) return `Reading keys: ${grouped(seen)}, ${rate}`;
    const left = perSecond > 0 ? `, ${timeLeft((expected - seen) / perSecond)} left` : "";
    return `Reading keys: ${grouped(seen)} of ${grouped(expected)}, ${rate}${left}`;
  }
}
