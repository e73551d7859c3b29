/**
 * Why something is not known.
 *
 * - `not-permitted`: the login may not ask (ACL, renamed command, managed service). Judging was wanted and was prevented.
 * - `not-supported`: this server, version or mode has no such thing. Nothing is hidden, there is nothing to judge.
 * - `unreachable`: no connection, or it was lost.
 * - `not-sampled`: needs two samples and the run took one, or the counters were reset between them.
 * - `failed`: asked and answered with something unusable (error reply, timeout, unreadable text).
 */
export type MissingCause = "not-permitted" | "not-supported" | "unreachable" | "not-sampled" | "failed";

export interface Known<T> {
  ok: true;
  value: T;
}

export interface Missing {
  ok: false;
  cause: MissingCause;
  /** One clause without a full stop, fit to follow "cannot judge: ". */
  reason: string;
}

/** A thing observed, or why it could not be. Plain JSON, so that it can be saved and replayed. */
export type Fact<T> = Known<T> | Missing;

export function known<T>(value: T): Known<T> {
  return { ok: true, value };
}

export function missing(cause: MissingCause, reason: string): Missing {
  return { ok: false, cause, reason };
}

/** Applies `f` to a known value; a missing one keeps its reason. */
export function mapFact<T, U>(fact: Fact<T>, f: (value: T) => U): Fact<U> {
  return fact.ok ? known(f(fact.value)) : fact;
}
