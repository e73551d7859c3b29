import type { TtlSpec } from "../../model/warm-manifest.js";
import type { SourceRow } from "../../model/warm-source.js";
import { fieldReader, parsePath } from "../../model/field-path.js";
import { lackOf } from "../../model/row-template.js";

/** How long an item lives from now on, in milliseconds; null: for ever; at most 0: its time is over. A text: why it is not known. */
export type TtlOf = (row: SourceRow, key: string, nowMs: number) => number | null | string;

/**
 * Jitter makes keys expire at different times, so that they are not all fetched anew at once. It only shortens, by a part that
 * the key's CRC-32 gives: the same in every run, or each pass would spread the last one's spread again.
 */
export function ttlOf(spec: TtlSpec, jitter: number, { nullIsForEver }: { nullIsForEver: boolean }): TtlOf {
  if (spec.kind === "none") return () => null;
  if (spec.kind === "fixed") {
    const { ms } = spec;
    if (jitter === 0) return () => ms;
    const spanMs = ms * jitter;
    return (_, key) => shortened(ms, spanMs, key);
  }
  const read = fieldReader(parsePath(spec.path) ?? []);
  const { as, unitMs, path } = spec;
  return (row, key, nowMs) => {
    const value = read(row);
    if (value === null && nullIsForEver) return null;
    const number = as === "at" ? pointInTime(value, unitMs) : plainNumber(value, unitMs);
    if (number === null) return `field ${path}, the TTL, ${unusable(value)}`;
    // A point in time is kept to: it was written down for this item.
    if (as === "at") return number - nowMs;
    return jitter === 0 ? Math.round(number) : shortened(number, number * jitter, key);
  };
}

function shortened(ms: number, spanMs: number, key: string): number {
  return Math.max(1, Math.round(ms - (crc32(key) / 2 ** 32) * spanMs));
}

function plainNumber(value: unknown, unitMs: number): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "bigint") return Number(number) * unitMs;
  return typeof number === "number" && Number.isFinite(number) ? number * unitMs : null;
}

function pointInTime(value: unknown, unitMs: number): number | null {
  const number = value instanceof Date ? value.getTime() / unitMs : value;
  const asNumber = plainNumber(number, unitMs);
  if (asNumber !== null) return asNumber;
  const parsed = typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

function unusable(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? "is no number or time" : lackOf(value);
}

/** CRC-32 (IEEE 802.3) of a text of one character a byte. */
export function crc32(text: string): number {
  let crc = -1;
  for (let i = 0; i < text.length; i++) crc = (crc >>> 8) ^ (table[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});
