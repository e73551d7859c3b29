import type { WarmStop } from "../../apply/warm/run-warm.js";

/** What may end a run from outside: a signal, its deadline, a lost lock. The first of them counts. */
export class Ending {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(stop: WarmStop): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(stop);
  }

  onSignal(stopRequested: AbortSignal): void {
    const stop = () => this.end({ kind: "interrupted", reason: "interrupted", hint: "Go on with --resume." });
    if (stopRequested.aborted) stop();
    stopRequested.addEventListener("abort", stop, { once: true });
  }

  onDeadline(ms: number): void {
    const stop: WarmStop = {
      ...{ kind: "deadline", reason: "the deadline has come" },
      hint: "Go on with --resume, or allow more time with --deadline.",
    };
    this.#timer = setTimeout(() => this.end(stop), ms);
  }

  onLockLost(lost: AbortSignal): void {
    lost.addEventListener("abort", () => this.onLockExpired(), { once: true });
  }

  onLockExpired(): void {
    this.end({
      ...{ kind: "lock-lost", reason: "the lock was lost: another run took it, or it could not be renewed in time" },
      hint: "Make sure that no other host warms this target, then go on with --resume.",
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
