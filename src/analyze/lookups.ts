import { growth, hitRatePercent, perSecond } from "./window.js";

interface Lookups {
  hits: number;
  misses: number;
  perSecond: number;
  hitPercent: number;
}

/** Key lookups in the window; null when INFO does not show them, `idle` when there were none or the window has no length. */
export function lookupsIn(window: Parameters<typeof growth>[0]): Lookups | "idle" | null {
  const hits = growth(window, "keyspace_hits");
  const misses = growth(window, "keyspace_misses");
  if (hits === null || misses === null) return null;
  const hitPercent = hitRatePercent(hits, misses);
  const hitsPerSecond = perSecond(window, "keyspace_hits");
  const missesPerSecond = perSecond(window, "keyspace_misses");
  if (hitPercent === null || hitsPerSecond === null || missesPerSecond === null) return "idle";
  return { hits, misses, perSecond: hitsPerSecond + missesPerSecond, hitPercent };
}
