import type { CacheWatch } from "../../collect/warm/target-memory.js";
import type { Clock } from "../../model/clock.js";
import type { FleetNode } from "../../model/node-port.js";

/** Hits among reads of all nodes during `ms`, in percent; null where nobody reads, or a node does not answer. Ends early with `ending`. */
export async function observeHitRate(
  watch: CacheWatch,
  nodes: readonly FleetNode[],
  ms: number,
  clock: Pick<Clock, "sleep">,
  ending: AbortSignal,
): Promise<number | null> {
  const first = await watch.look(nodes);
  for (let left = ms; left > 0 && !ending.aborted; left -= 100) await clock.sleep(Math.min(100, left));
  const second = await watch.look(nodes);
  let hits = 0;
  let misses = 0;
  for (const [i, later] of second.entries()) {
    const earlier = first[i];
    if (later === null || earlier == null) return null;
    hits += later.hits - earlier.hits;
    misses += later.misses - earlier.misses;
  }
  // Negative after a restart, or CONFIG RESETSTAT.
  if (hits < 0 || misses < 0 || hits + misses === 0) return null;
  return Math.round((hits / (hits + misses)) * 10_000) / 100;
}
