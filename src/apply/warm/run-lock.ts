import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

/** One key in the target that says who is warming it. Each answers for itself alone, and atomically. */
export interface LockStore {
  /** Whether it was free, and is this token's now. */
  take(token: string, ttlMs: number): Promise<boolean>;
  /** Whether it is still, or again, this token's; a key that is gone is taken anew. */
  renew(token: string, ttlMs: number): Promise<boolean>;
  /** Deletes it where it is this token's. */
  drop(token: string): Promise<void>;
  /** The token in it and how long it lasts, for whoever is refused; nulls where it is gone or not known. */
  look(): Promise<{ token: string | null; leftMs: number | null }>;
}

export interface RunLock {
  /** Aborts when it could not be renewed in time, or another has it. */
  lost: AbortSignal;
  /** False also where the lock ran out while this process stood still: nothing may be written any more. */
  isHeld(): boolean;
  /** Each renewal reads the key, which the server counts among the hits of its clients. */
  readonly renewals: { begun: number; ended: number };
  /** Gives it back where it is still this run's. Never rejects. */
  release(): Promise<void>;
}

export type LockTaken = { ok: true; lock: RunLock } | { ok: false; holder: string; leftMs: number | null };

/**
 * Takes the lock of a warm-up, so that two hosts whose clocks start the same job do not both do it. It outlives a killed holder by
 * `ttlMs`. Its time is counted from before the server was asked, so this side never believes in it longer than the server.
 *
 * @throws CachectlError where the target cannot be asked
 */
export async function takeRunLock(store: LockStore, holder: string, ttlMs: number): Promise<LockTaken> {
  const token = `${holder} ${randomUUID()}`;
  const askedAt = performance.now();
  if (await store.take(token, ttlMs)) return { ok: true, lock: new HeldLock(store, token, ttlMs, askedAt + ttlMs) };
  const { token: other, leftMs } = await store.look();
  return { ok: false, holder: other?.replace(/ [0-9a-f-]{36}$/, "") ?? "a run that has just ended", leftMs };
}

class HeldLock implements RunLock {
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #renewing: Promise<void>;
  readonly renewals = { begun: 0, ended: 0 };

  constructor(
    private readonly store: LockStore,
    private readonly token: string,
    private readonly ttlMs: number,
    private heldUntilMs: number,
  ) {
    this.#renewing = this.renewUntilEnd();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    return !this.#lost.signal.aborted && performance.now() < this.heldUntilMs;
  }

  async release(): Promise<void> {
    this.#ended.abort();
    await this.#renewing;
    // It expires by itself where this fails.
    await this.store.drop(this.token).catch(() => undefined);
  }

  /** Never rejects: what goes wrong shows in `lost`. */
  private async renewUntilEnd(): Promise<void> {
    let another = false;
    while (!this.hasEnded() && !another) {
      const leftMs = this.heldUntilMs - performance.now();
      if (leftMs <= 0) break;
      // Sooner after a failure, so that one hiccup leaves several more tries.
      await this.pause(Math.min(this.ttlMs / 3, Math.max(20, leftMs / 4)));
      if (this.hasEnded()) return;
      const askedAt = performance.now();
      const answer = await Promise.race([this.tryRenewing(), this.pause(this.heldUntilMs - askedAt).then(() => null)]);
      another = answer === false;
      if (answer === true) this.heldUntilMs = askedAt + this.ttlMs;
    }
    if (!this.hasEnded()) this.#lost.abort();
  }

  /** A method, because it changes while something is awaited. */
  private hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Null: nobody answered. */
  private async tryRenewing(): Promise<boolean | null> {
    this.renewals.begun++;
    return this.store
      .renew(this.token, this.ttlMs)
      .catch(() => null)
      .finally(() => this.renewals.ended++);
  }

  private async pause(ms: number): Promise<void> {
    await wait(Math.max(0, ms), undefined, { signal: this.#ended.signal, ref: false }).catch(() => undefined);
  }
}
