import type { SourceRow } from "../../model/warm-source.js";

/** A row as the driver gave it, its integers beyond 2^53 as `bigint`, with the values that docs/warm-sources.md promises. */
export function plainRow(raw: SourceRow, jsonColumns: readonly string[]): SourceRow {
  const row: SourceRow = {};
  for (const name of Object.keys(raw)) row[name] = plainValue(raw[name]);
  for (const name of jsonColumns) if (typeof row[name] === "string") row[name] = parsed(row[name], name);
  return row;
}

/** A column that should hold JSON does not; the message names it. */
export class NotJson extends Error {}

/** Roughly the memory that a row takes, from its texts and bytes. */
export function rowBytes(raw: SourceRow): number {
  let bytes = 0;
  for (const name of Object.keys(raw)) {
    const value = raw[name];
    bytes += 8 + (typeof value === "string" || value instanceof Uint8Array ? value.length : 0);
  }
  return bytes;
}

function plainValue(value: unknown): unknown {
  // JSON knows neither: as text every digit stays.
  if (typeof value === "bigint") return smallInteger(value) ?? value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

/** As a number where every digit of it fits one; null else. */
export function smallInteger(value: bigint): number | null {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : null;
}

/** What a driver gave as digits: a number where that is exact, else a `bigint`. */
export function integer(digits: string): number | bigint {
  const value = BigInt(digits);
  return smallInteger(value) ?? value;
}

function parsed(text: string, column: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new NotJson(`column ${column} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
