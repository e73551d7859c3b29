import type { RunLock } from "../../apply/warm/run-lock.js";
import type { CacheWatch } from "../../collect/warm/target-memory.js";
import type { Clock } from "../../model/clock.js";
import type { FleetNode } from "../../model/node-port.js";

export interface HitRateDeps {
  watch: CacheWatch;
  nodes: readonly FleetNode[];
  clock: Pick<Clock, "sleep">;
  ending: AbortSignal;
  /** Null: the run has none. */
  lock: RunLock | null;
}

export interface HitRate {
  /** Null: it cannot be known. */
  percent: number | null;
  /** As a clause. */
  whyUnknown: string | null;
}

/** Hits among the reads of all nodes during `ms`. What this run itself reads to renew its lock is taken off. Ends early with `ending`. */
export async function observeHitRate({ watch, nodes, clock, ending, lock }: HitRateDeps, ms: number): Promise<HitRate> {
  // A renewal that overlaps a look is taken for one in between: rather one hit too few than one that nobody had.
  const renewed = lock?.renewals.ended ?? 0;
  const first = await watch.look(nodes);
  for (let left = ms; left > 0 && !ending.aborted; left -= 100) await clock.sleep(Math.min(100, left));
  const second = await watch.look(nodes);
  const own = (lock?.renewals.begun ?? 0) - renewed;
  let hits = 0;
  let misses = 0;
  for (const [i, later] of second.entries()) {
    const earlier = first[i];
    if (later === null || earlier == null)
      return unknown(`${nodes[i]?.identity.address ?? "a node"} did not say what it was asked for`);
    hits += later.hits - earlier.hits;
    misses += later.misses - earlier.misses;
  }
  // Negative after a restart, or CONFIG RESETSTAT.
  if (hits < 0 || misses < 0) return unknown("the server was restarted or its counters were set back meanwhile");
  hits = Math.max(0, hits - own);
  if (hits + misses === 0) return unknown("nobody read meanwhile");
  return { percent: Math.round((hits / (hits + misses)) * 10_000) / 100, whyUnknown: null };
}

function unknown(whyUnknown: string): HitRate {
  return { percent: null, whyUnknown };
}
