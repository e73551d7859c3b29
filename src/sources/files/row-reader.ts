import type { RejectedRow, SourceRow } from "../../model/warm-source.js";

/** What a piece of a file holds. */
export interface ReadRows {
  rows: SourceRow[];
  /** By row: its line, or which element of the array it is; from 1. */
  numbers: number[];
  /** By row: its JSON as it stands in the file; none for CSV. */
  json?: string[];
  rejected: { number: number; reason: string; text: string }[];
  /** Bytes that are done with; the rest is given again, with more behind it. */
  usedBytes: number;
}

/** Where a reader stands, so that another can go on from there. JSON. */
export interface ReaderState {
  /** Lines or elements read so far. */
  count: number;
  /** CSV: the names of the columns. */
  columns?: string[];
}

/** Makes rows of a file's bytes, piece by piece. */
export interface RowReader {
  /** What one row is called: `line` or `element`. */
  readonly unit: string;
  /** @param last nothing comes behind this piece. @throws SyntaxError where the file as a whole is broken or ends too early */
  read(bytes: Buffer, last: boolean): ReadRows;
  state(): ReaderState;
}

/** What stood there, short enough for a line of a report. */
export function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

/** How a rejected row is named. */
export function rejectedAt(
  where: (number: number) => string,
  { number, reason, text }: ReadRows["rejected"][number],
): RejectedRow {
  return { place: where(number), reason, text };
}

export function isRow(value: unknown): value is SourceRow {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What JSON.parse says, without the text that it quotes. */
export function jsonProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `not JSON: ${message.replace(/(?:, )?(?:\.\.\.)?"[\s\S]*$/, "").replace(/ in JSON.*$/s, "")}`;
}
