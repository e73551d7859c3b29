import type { Clock } from "../../model/clock.js";

const pingsBefore = 5;
const everyMs = 100;

/** This program is busy with what the scan brought: one late answer may be its own fault, three in a row are the server's. */
const judgedPings = 3;

const firstPauseMs = 50;
const longestPauseMs = 1_000;

export interface GuardDeps {
  clock: Pick<Clock, "monotonicMs" | "sleep">;
  /** Milliseconds that this program's event loop has worked so far: an answer that lay there unread is not late. */
  busyMs(): number;
  /** One round trip. Rejects when there is no connection. */
  ping(): Promise<void>;
}

/** One PING, in milliseconds. */
interface Answer {
  /** From the question to when this program had the answer in hand: the server and the network took no longer. */
  elapsedMs: number;
  /** Without what this program itself was busy meanwhile: the server and the network took no less. */
  certainMs: number;
}

/**
 * Watches how long a node takes to answer beside a scan: a PING every 100 ms on a connection of its own. Late is an answer that took
 * longer for certain than the fastest took at most: a busy program finds neither a healthy server slow nor a distant one near.
 */
export class LatencyGuard {
  /** The fastest PING before the scan; null while none was answered. */
  baseMs: number | null = null;
  /** The most by which answers were later than that; null while it cannot be told. */
  addedMs: number | null = null;
  slowdowns = 0;
  #recent: number[] = [];
  #pauseMs = 0;
  #ended = false;

  constructor(
    private readonly maxLatencyMs: number,
    private readonly deps: GuardDeps,
  ) {}

  /** Finds out how fast the node is while nothing of the scan has begun. */
  async begin(): Promise<void> {
    for (let i = 0; i < pingsBefore; i++) {
      const answer = await this.measure();
      // A node that is stuck would cost a timeout with each.
      if (answer === null) return;
      this.baseMs = Math.min(this.baseMs ?? Infinity, answer.elapsedMs);
    }
  }

  /** PINGs until `end`. Resolves then, or when the run is aborted. */
  async watch(): Promise<void> {
    const pause = () =>
      this.deps.clock.sleep(everyMs).then(
        () => true,
        () => false,
      );
    while (!this.#ended && (await pause()) && !this.ended()) {
      const answer = await this.measure();
      if (answer !== null) this.note(answer);
    }
  }

  end(): void {
    this.#ended = true;
  }

  /** One more answer. Public for what is worth testing on literal numbers. */
  note({ elapsedMs, certainMs }: Answer): void {
    this.baseMs = Math.min(this.baseMs ?? Infinity, elapsedMs);
    this.#recent.push(certainMs);
    if (this.#recent.length > judgedPings) this.#recent.shift();
    if (this.#recent.length < judgedPings) return;
    const lateMs = Math.max(0, Math.min(...this.#recent) - this.baseMs);
    this.addedMs = Math.max(this.addedMs ?? 0, lateMs);
    if (lateMs <= this.maxLatencyMs) this.#pauseMs = 0;
  }

  /**
   * How long the scan should wait now, longer each time while it does not help; 0: go on. Each answer counts against the scan
   * once, so that it is judged by what came after it slowed down.
   */
  takePauseMs(): number {
    if (!this.isLate()) return 0;
    this.#recent = [];
    this.slowdowns++;
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs === 0 ? firstPauseMs : this.#pauseMs * 2);
    return this.#pauseMs;
  }

  private isLate(): boolean {
    if (this.baseMs === null || this.#recent.length < judgedPings) return false;
    return Math.min(...this.#recent) - this.baseMs > this.maxLatencyMs;
  }

  private async measure(): Promise<Answer | null> {
    const { clock } = this.deps;
    const startedAt = clock.monotonicMs();
    const busyAt = this.deps.busyMs();
    try {
      await this.deps.ping();
    } catch {
      // Whether the node is still there is for the scan to find out; an answer that never came has no duration.
      return null;
    }
    const elapsedMs = clock.monotonicMs() - startedAt;
    return { elapsedMs, certainMs: Math.max(0, elapsedMs - (this.deps.busyMs() - busyAt)) };
  }

  /** A method, because the flag changes while `watch` sleeps. */
  private ended(): boolean {
    return this.#ended;
  }
}
