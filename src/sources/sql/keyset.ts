import { CachectlError } from "../../model/errors.js";
import type { ResumePoint, SourceRow } from "../../model/warm-source.js";
import { bindParameters, type BoundQuery, type SqlValue } from "./bind-parameters.js";
import type { Dialect } from "./dialect.js";
import { smallInteger } from "./plain-row.js";

/** A query as the manifest has it. */
export interface QuerySettings {
  query: string;
  params: readonly SqlValue[] | Readonly<Record<string, SqlValue>>;
  /** The rows are ordered by this column, and a run can go on from any value of it; null: it cannot. */
  resumeBy: string | null;
}

/** Where a run may go on: `rows` rows were read, the last with this value in the column `resumeBy`. */
export interface Keyset {
  rows: number;
  after: SqlValue;
}

/**
 * The query, ordered by `resumeBy` and beginning at the value where an earlier run stopped. At it and not behind it: rows
 * that share the value may stand on both sides of a page's end, and to write one twice does no harm. Pure.
 */
export function keysetQuery(settings: QuerySettings, from: Keyset | null, dialect: Dialect): BoundQuery {
  const { sql, values } = bindParameters(settings.query, settings.params, dialect);
  if (settings.resumeBy === null) return { sql, values };
  const column = `cachectl_rows.${dialect.quoteName(settings.resumeBy)}`;
  // NULLs that come last are still to be read; those that came first have been.
  const nulls = dialect.nullsLast ? ` OR ${column} IS NULL` : "";
  const since = from === null ? "" : ` WHERE (${column} >= ${dialect.placeholder(values.length + 1)}${nulls})`;
  // On a line of its own: the query may end with a comment.
  const wrapped = `SELECT * FROM (\n${withoutSemicolon(sql)}\n) AS cachectl_rows${since} ORDER BY ${column}`;
  return { sql: wrapped, values: from === null ? values : [...values, comparable(from.after, dialect)] };
}

function comparable(value: SqlValue, dialect: Dialect): SqlValue {
  return typeof value === "string" ? dialect.comparable(value) : value;
}

/** @throws CachectlError where the value of the last row cannot be gone on from */
export function resumePointAfter(raw: SourceRow, rows: number, resumeBy: string): ResumePoint {
  const given = raw[resumeBy];
  const value = typeof given === "bigint" ? (smallInteger(given) ?? given) : given;
  // JSON has no integers beyond 2^53, and as text the database would compare them in another way.
  if (typeof value === "bigint") return { rows, after: { integer: value.toString() } };
  if (typeof value === "string" || (typeof value === "number" && Number.isFinite(value))) return { rows, after: value };
  const what = value === undefined ? "is not a column of the query" : `is ${nameOf(value)} in row ${rows}`;
  throw new CachectlError(
    "usage",
    "resume-by",
    `source.resumeBy: ${resumeBy} ${what}, and a run cannot go on from there`,
    "Name a column of numbers or text that is never NULL, best an indexed key; or leave resumeBy out.",
  );
}

/** @throws CachectlError usage: it was written for another source */
export function parseKeyset(point: ResumePoint): Keyset | null {
  if (point === null) return null;
  if (typeof point === "object" && !Array.isArray(point)) {
    const { rows, after } = point;
    if (typeof rows === "number" && (typeof after === "string" || typeof after === "number")) return { rows, after };
    if (typeof rows === "number" && isInteger(after)) return { rows, after: BigInt(after.integer) };
  }
  throw new CachectlError(
    "usage",
    "resume-point",
    "the checkpoint does not belong to this source",
    "Was the manifest changed since? Start anew without --resume.",
  );
}

function isInteger(after: ResumePoint | undefined): after is { integer: string } {
  if (typeof after !== "object" || after === null || Array.isArray(after)) return false;
  return typeof after["integer"] === "string" && /^-?\d+$/.test(after["integer"]);
}

function nameOf(value: unknown): string {
  if (value === null) return "NULL";
  return value instanceof Uint8Array ? "binary" : `no number and no text (${typeof value})`;
}

function withoutSemicolon(sql: string): string {
  return sql.replace(/[;\s]+$/, "");
}
