import { TextDecoder } from "node:util";
import type { RejectedRow, SourceRow } from "../../model/warm-source.js";
import { printableText } from "../source-errors.js";
import { FetchFailure } from "./fetch-failure.js";

/** What a body is read as. */
export type BodyFormat = "json" | "ndjson" | "text" | "bytes";

/** A document that came whole. */
export interface WholeBody {
  url: string;
  body: Buffer;
  contentType: string;
  /** Its end was said by the server, not only by the end of the connection. */
  framed: boolean;
}

export interface BodyRows {
  rows: SourceRow[];
  /** Of each row, behind the URL: `item 3`, `line 12`; empty for a document that is one row. */
  within: string[];
  rejected: RejectedRow[];
}

/**
 * The rows in one body: each element of the array at `path` (of the document itself, where there is no path); a document that is
 * no array is one row. An element that is no object becomes `{ value }`. Every row has its document's address in `_url`. Pure.
 *
 * @throws FetchFailure where the body is not what it should be, or might have been cut off unseen
 */
export function bodyRows(whole: WholeBody, format: BodyFormat, path: string | null): BodyRows {
  const { url, body, contentType, framed } = whole;
  // JSON shows by itself whether its end is there.
  if (!framed && format !== "json")
    throw new FetchFailure(
      "the server does not say where the body ends (no Content-Length, not chunked), so a cut could not be seen",
      false,
    );
  if (format === "bytes") return oneRow({ _url: url, body, contentType });
  const text = textOf(body);
  if (format === "text") return oneRow({ _url: url, body: text, contentType });
  return format === "ndjson" ? lineRows(text, url) : jsonRows(parseJson(text), path, url);
}

/** The value at `a.b.0.c`; undefined where there is none. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new FetchFailure(
      `the body is not JSON: ${printableText(error instanceof Error ? error.message : "")}`,
      false,
    );
  }
}

export function textOf(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new FetchFailure("the body is not UTF-8", false);
  }
}

export function jsonRows(document: unknown, path: string | null, url: string): BodyRows {
  const found = path === null ? document : valueAt(document, path);
  if (path !== null && !Array.isArray(found)) throw new FetchFailure(`the body has no array at ${path}`, false);
  if (!Array.isArray(found)) return oneRow(rowOf(found, url));
  return {
    rows: found.map((element) => rowOf(element, url)),
    within: found.map((_, index) => ` item ${index + 1}`),
    rejected: [],
  };
}

function lineRows(text: string, url: string): BodyRows {
  const read: BodyRows = { rows: [], within: [], rejected: [] };
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const within = ` line ${index + 1}`;
    try {
      read.rows.push(rowOf(JSON.parse(line) as unknown, url));
      read.within.push(within);
    } catch (error) {
      const reason = error instanceof Error ? printableText(error.message) : "not JSON";
      read.rejected.push({ place: `${url}${within}`, reason, text: printableText(line) });
    }
  });
  return read;
}

function oneRow(row: SourceRow): BodyRows {
  return { rows: [row], within: [""], rejected: [] };
}

function rowOf(element: unknown, url: string): SourceRow {
  const isObject = typeof element === "object" && element !== null && !Array.isArray(element);
  return { ...(isObject ? element : { value: element }), _url: url };
}
