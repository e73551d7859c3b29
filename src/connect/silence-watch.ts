import { afterUnreadAnswers } from "../model/unread-answers.js";

/**
 * One timer for everything that waits on a connection: `onSilence` is called when not a byte has come for `timeoutMs` while
 * something is awaited. An answer that takes long to send does not run into it.
 */
export class SilenceWatch {
  #timer: NodeJS.Timeout | undefined;
  #lastByteAt = 0;
  #awaiting = false;

  constructor(
    private readonly timeoutMs: number,
    private readonly onSilence: () => void,
  ) {}

  /** From now on something is awaited. */
  begin(): void {
    this.#awaiting = true;
    this.heard();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), this.timeoutMs);
  }

  /** Bytes came. Costs no more than reading the clock, since it is called for each packet. */
  heard(): void {
    this.#lastByteAt = performance.now();
  }

  /** Nothing is awaited any more. */
  end(): void {
    this.#awaiting = false;
    clearTimeout(this.#timer);
  }

  private look(): void {
    if (this.leftMs() > 0) this.wait();
    else afterUnreadAnswers(() => this.judge());
  }

  private judge(): void {
    if (!this.#awaiting) return;
    if (this.leftMs() > 0) this.wait();
    else this.onSilence();
  }

  private wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), Math.ceil(this.leftMs()));
  }

  private leftMs(): number {
    return this.timeoutMs - (performance.now() - this.#lastByteAt);
  }
}
