import type { KeyGroup } from "../../model/keyspace.js";
import { countFigure, figure } from "./figure.js";
import type { GroupStatistics } from "./group-statistics.js";

/** What a share is of: all keys that were seen, and their bytes. */
export interface SeenTotals {
  keys: number;
  bytes: number;
}

/** One line of the report. @param ratio share of the keys that were measured */
export function groupFacts(
  pattern: string,
  statistics: GroupStatistics,
  { keys: allKeys, bytes: allBytes }: SeenTotals,
  ratio: number,
): KeyGroup {
  const { keys, measuredKeys, ttlKeys, items } = statistics;
  const hasBytes = measuredKeys > 0;
  const share = allBytes > 0 ? statistics.bytes.sum / allBytes : keys / allKeys;
  return {
    pattern,
    example: statistics.example ?? pattern,
    keys: countFigure(keys, ratio),
    bytes: hasBytes ? figure(statistics.bytes, ratio) : null,
    sharePercent: rounded(100 * share, 100),
    averageBytes: hasBytes ? Math.round(statistics.bytes.sum / measuredKeys) : null,
    largestBytes: hasBytes ? statistics.largestBytes : null,
    averageNameBytes: rounded(statistics.nameBytes / keys, 10),
    withoutTtl: ttlKeys > 0 ? countFigure(statistics.withoutTtl, ratio) : null,
    withoutTtlBytes: ttlKeys > 0 && hasBytes ? figure(statistics.withoutTtlBytes, ratio) : null,
    ttlSeconds: statistics.ttlSeconds?.quantiles() ?? null,
    types: statistics.types.counts(),
    encodings: statistics.encodings?.counts() ?? {},
    idleSeconds: statistics.idleSeconds?.quantiles() ?? null,
    neverFetchedPercent: items > 0 ? rounded((100 * statistics.neverFetched) / items, 100) : null,
  };
}

function rounded(value: number, per: number): number {
  return Math.round(value * per) / per;
}
