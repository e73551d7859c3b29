import type { CommandStatsFacts } from "../model/facts.js";
import { numberField, parsePairs, type Info } from "../protocol/info.js";

/** Reads INFO commandstats: `cmdstat_get:calls=…,usec=…,usec_per_call=…[,rejected_calls=…,failed_calls=…]`. */
export function parseCommandStats(info: Info): CommandStatsFacts | null {
  const section = info["commandstats"];
  if (section === undefined) return null;
  const stats: CommandStatsFacts = {};
  for (const [field, value] of Object.entries(section)) {
    if (!field.startsWith("cmdstat_")) continue;
    const pairs = parsePairs(value);
    stats[field.slice("cmdstat_".length).toLowerCase()] = {
      calls: numberField(pairs, "calls") ?? 0,
      usec: numberField(pairs, "usec") ?? 0,
      usecPerCall: numberField(pairs, "usec_per_call") ?? 0,
      rejectedCalls: numberField(pairs, "rejected_calls"),
      failedCalls: numberField(pairs, "failed_calls"),
    };
  }
  return stats;
}
