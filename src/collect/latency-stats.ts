import type { LatencyStatsFacts } from "../model/facts.js";
import { parsePairs, type Info } from "../protocol/info.js";

/** Reads INFO latencystats (7.0+): `latency_percentiles_usec_get:p50=1.003,p99=2.007,p99.9=5.023`. */
export function parseLatencyStats(info: Info): LatencyStatsFacts | null {
  const section = info["latencystats"];
  if (section === undefined) return null;
  const prefix = "latency_percentiles_usec_";
  const stats: LatencyStatsFacts = {};
  for (const [field, value] of Object.entries(section)) {
    if (!field.startsWith(prefix)) continue;
    const percentiles = Object.entries(parsePairs(value)).map(([name, usec]) => [name, Number(usec)]);
    stats[field.slice(prefix.length).toLowerCase()] = Object.fromEntries(percentiles) as Record<string, number>;
  }
  return stats;
}
