import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { CachectlError } from "../model/errors.js";
import type { ClusterCaller, KeyCommand } from "./cluster-key-caller.js";
import { openClusterCaller } from "./cluster-key-caller.js";
import type { MoveMember } from "./move-types.js";

/** The one key that a change of a cluster leaves in it while it runs; it expires by itself. */
export const lockKey = "cachectl:cluster-lock";

export interface LockRequest {
  /** Primaries that answered; the one that owns the key's slot is found among them. */
  members: readonly Pick<MoveMember, "node" | "announced" | "address">[];
  /** Who takes it, for whoever is refused: host, process id and verb. No secret. */
  holder: string;
  /** How long it outlives a killed holder. 30 s where left out. */
  ttlMs?: number;
}

export interface ClusterLock {
  /**
   * Aborts when the lock could not be renewed in time, or another holds it: begin nothing any more. Its reason is a CachectlError
   * change `lock-lost`.
   */
  lost: AbortSignal;
  /** Gives it back where it is still this one's; otherwise it expires by itself. Never rejects, safe to call twice. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a cluster: SET NX of one key that expires after 30 s and is renewed
 * at least every 10 s. It follows the key when its
 * own slot moves (MOVED and ASK). A killed holder's lock is gone after 30 s.
 *
 * @throws CachectlError change `cluster-locked` (another holds it: its holder and expiry are named), `cluster-not-writable` (the
 *   cluster takes no write just now: CLUSTERDOWN, OOM, READONLY, NOPERM, the slot's owner is unreachable)
 */
export async function takeClusterLock(request: LockRequest): Promise<ClusterLock> {
  const ttlMs = request.ttlMs ?? 30_000;
  const value = `${request.holder} ${randomUUID()}`;
  const caller = openClusterCaller(request.members, lockKey);
  try {
    const askedAt = performance.now();
    const answer = await caller.call(["SET", lockKey, value, "NX", "PX", String(ttlMs)]).catch(notWritable);
    if (answer === null) throw await lockedBy(caller);
    return keepLock({ caller, value, ttlMs, heldUntil: askedAt + ttlMs });
  } catch (error) {
    caller.close();
    throw error;
  }
}

interface Held {
  caller: ClusterCaller;
  value: string;
  ttlMs: number;
  /** By `performance.now`: counted from before the server was asked, so never later than the server's own expiry. */
  heldUntil: number;
}

function keepLock(held: Held): ClusterLock {
  const lost = new AbortController();
  const ended = new AbortController();
  const renewing = renewUntil(held, lost, ended.signal);
  let released: Promise<void> | undefined;
  return {
    lost: lost.signal,
    release: () => (released ??= release(held, renewing, ended)),
  };
}

/** Ends when released or lost. Never rejects: what goes wrong shows in `lost`. */
async function renewUntil(held: Held, lost: AbortController, ended: AbortSignal): Promise<void> {
  const leftMs = () => held.heldUntil - performance.now();
  const hasEnded = () => ended.aborted;
  let another = false;
  while (!hasEnded() && !another && leftMs() > 0) {
    // Sooner after a failure, so that one hiccup leaves several more tries before it expires.
    await pause(Math.min(held.ttlMs / 3, Math.max(20, leftMs() / 4)), ended);
    if (!hasEnded()) another = (await renewInTime(held, ended)) === "another";
  }
  if (!hasEnded()) lost.abort(lockLost());
}

function lockLost(): CachectlError {
  return new CachectlError(
    "change",
    "lock-lost",
    "the lock of the cluster was lost: another run took it, or it could not be renewed in time",
    "Make sure that no other run is at it, then run the same command again.",
  );
}

/** An answer that comes after the lock has expired is worth nothing: the wait for it must not hide that. */
async function renewInTime(held: Held, ended: AbortSignal): ReturnType<typeof renew> {
  // Of each try its own, ended with it: tries that fail at once would pile up waits for the expiry.
  const answered = new AbortController();
  const expired = pause(Math.max(0, held.heldUntil - performance.now()), AbortSignal.any([ended, answered.signal]));
  try {
    return await Promise.race([renew(held), expired.then(() => "failed" as const)]);
  } finally {
    answered.abort();
  }
}

async function renew(held: Held): Promise<"renewed" | "another" | "failed"> {
  const { caller, value, ttlMs } = held;
  const askedAt = performance.now();
  const lease = String(ttlMs);
  try {
    // A key that is gone (FLUSHALL, a failover that lost it) is taken again; one that another took is left alone.
    const again = await caller.call(["SET", lockKey, value, "NX", "PX", lease]);
    if (again === null) {
      if ((await caller.call(["GET", lockKey])) !== value) return "another";
      // Not atomic with the look before: at worst another's own lock lasts some seconds longer.
      if ((await caller.call(["PEXPIRE", lockKey, lease])) !== 1) return "failed";
    }
    held.heldUntil = askedAt + ttlMs;
    return "renewed";
  } catch {
    // Tried again until it expires; then `lost` says so.
    return "failed";
  }
}

async function release(held: Held, renewing: Promise<void>, ended: AbortController): Promise<void> {
  ended.abort();
  await renewing;
  try {
    let isDropped = false;
    for (let tries = 0; tries < mostDropTries && !isDropped; tries++) isDropped = await drop(held);
  } catch {
    // It expires by itself.
  } finally {
    held.caller.close();
  }
}

const mostDropTries = 3;

/** False: the key was touched meanwhile, as by a renewal that was still on its way. */
async function drop({ caller, value }: Held): Promise<boolean> {
  // Watched, so that a lock which expired and was taken by another in this very moment is not deleted.
  const look: KeyCommand[] = [
    ["WATCH", lockKey],
    ["GET", lockKey],
  ];
  const replies = await caller.pair(look, ([, holder]) =>
    holder === value ? [["MULTI"], ["DEL", lockKey], ["EXEC"]] : null,
  );
  return replies === null || replies[2] !== null;
}

async function lockedBy(caller: ClusterCaller): Promise<CachectlError> {
  const ask = (command: KeyCommand) => caller.call(command).catch(() => null);
  const [holder, leftMs] = [await ask(["GET", lockKey]), await ask(["PTTL", lockKey])];
  const name = typeof holder === "string" ? holder.replace(/ [0-9a-f-]{36}$/, "") : "a run that has just ended";
  const expiry = typeof leftMs === "number" && leftMs > 0 ? `; it expires in ${Math.ceil(leftMs / 1000)} s` : "";
  return new CachectlError(
    "change",
    "cluster-locked",
    `Another run is changing this cluster: ${name}${expiry}`,
    `Wait until it has ended. A killed run's lock (the key ${lockKey}) expires by itself within 30 s.`,
  );
}

function notWritable(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  throw new CachectlError(
    "change",
    "cluster-not-writable",
    `The lock (the key ${lockKey}) cannot be taken: ${text}`,
    "Without the lock two runs could change the cluster at once. Mend what the message names; `cachectl cluster check` shows the cluster's state.",
    error,
  );
}

async function pause(ms: number, ended: AbortSignal): Promise<void> {
  // Rejects only when `ended` aborts, which the caller looks at.
  await wait(ms, undefined, { signal: ended, ref: false }).catch(() => undefined);
}
