import type { UseRow, UseTable } from "../../model/eviction-advice.js";
import type { KeySample, SampledKey } from "../../model/key-sample.js";
import { estimateBytes, estimateKeys } from "./estimate.js";

/** 1 and 10 minutes, 1, 6 and 24 hours, 7 days. Seconds. */
const idleEdges = [0, 60, 600, 3_600, 21_600, 86_400, 604_800];

/** LFU_INIT_VAL is 5: at most that, and a key may never have been used. With the default factor 10 means 100 uses, 18 a thousand, 142 a hundred thousand. */
const frequencyEdges = [0, 1, 6, 11, 19, 143];

/** How the sampled keys were used, scaled to all keys. Pure. */
export function useTable(sample: KeySample): UseTable {
  const keys = sample.strata.flatMap((stratum) => stratum.keys);
  const idleSeconds = keys.flatMap((key) => key.idleSeconds ?? []);
  const totals = {
    longestIdleSeconds: idleSeconds.reduce<number | null>((most, seconds) => Math.max(most ?? 0, seconds), null),
    sampledKeys: keys.length,
    totalKeys: sample.strata.reduce((sum, { totalKeys }) => sum + totalKeys, 0),
  };
  const none = (unknown: string): UseTable => ({ basis: "none", rows: [], ...totals, unknown });
  if (keys.length === 0) return none(sample.gaps[0] ?? "no key was seen");
  const idle = idleSeconds.length;
  const counted = keys.filter(({ frequency }) => frequency !== null).length;
  if (idle + counted === 0) {
    const refusal = sample.refused.find(({ command }) => command.startsWith("OBJECT "));
    return none(refusal?.reason ?? "no key's last use could be asked");
  }
  const basis = idle >= counted ? "idle" : "frequency";
  const of = ({ idleSeconds, frequency }: SampledKey) => (basis === "idle" ? idleSeconds : frequency);
  return {
    basis,
    rows: rowsOf(sample, basis === "idle" ? idleEdges : frequencyEdges, of),
    ...totals,
    unknown: null,
  };
}

function rowsOf({ strata }: KeySample, edges: readonly number[], of: (key: SampledKey) => number | null): UseRow[] {
  return edges.map((from, index) => {
    const to = edges[index + 1] ?? null;
    const within = (key: SampledKey) => {
      const value = of(key);
      return value !== null && value >= from && (to === null || value < to);
    };
    return { from, to, keys: estimateKeys(strata, within), bytes: estimateBytes(strata, within) };
  });
}

/** The share of what is stored (bytes; keys where sizes are not known) in rows that end at or before `to`; percent. Null: nothing is known. */
export function shareBelow({ rows }: UseTable, to: number): number | null {
  const measured = rows.every(({ bytes }) => bytes !== null && bytes.value === 0) ? null : "bytes";
  const of = (row: UseRow) => (measured === null || row.bytes === null ? row.keys.value : row.bytes.value);
  const all = rows.reduce((sum, row) => sum + of(row), 0);
  if (all === 0) return null;
  return (100 * rows.filter((row) => row.to !== null && row.to <= to).reduce((sum, row) => sum + of(row), 0)) / all;
}
