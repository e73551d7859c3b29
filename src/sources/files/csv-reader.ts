import { isUtf8 } from "node:buffer";
import type { SourceRow } from "../../model/warm-source.js";
import { excerpt, type ReaderState, type ReadRows, type RowReader } from "./row-reader.js";

const newline = 10;

interface CsvRecord {
  fields: string[];
  /** Index behind its line end. */
  end: number;
  lines: number;
  problem: string | null;
}

/** CSV as RFC 4180 has it: quotes around what holds the delimiter, a quote or a line end; a quote within is doubled. */
export class CsvReader implements RowReader {
  readonly unit = "line";
  #lines: number;
  #columns: string[] | null;

  constructor(
    private readonly delimiter: string,
    columns: readonly string[] | null,
    state: ReaderState,
  ) {
    this.#lines = state.count;
    this.#columns = state.columns ?? (columns === null ? null : [...columns]);
  }

  read(bytes: Buffer, last: boolean): ReadRows {
    const found: ReadRows = { rows: [], numbers: [], rejected: [], usedBytes: 0 };
    // A character of several bytes never holds a line end, so that what ends at one can be decoded.
    const whole = last ? bytes : bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
    if (!isUtf8(whole)) throw new SyntaxError("it is not UTF-8");
    const text = whole.toString("utf8");
    let at = 0;
    while (at < text.length) {
      const record = this.record(text, at, last);
      if (record === null) break;
      this.take(record, text.slice(at, record.end), found);
      at = record.end;
    }
    found.usedBytes = at === text.length ? whole.length : Buffer.byteLength(text.slice(0, at));
    return found;
  }

  state(): ReaderState {
    return { count: this.#lines, ...(this.#columns === null ? {} : { columns: this.#columns }) };
  }

  private take({ fields, lines, problem }: CsvRecord, text: string, found: ReadRows): void {
    const number = this.#lines + 1;
    this.#lines += lines;
    const reject = (reason: string) => found.rejected.push({ number, reason, text: excerpt(text.trimEnd()) });
    if (problem !== null) return void reject(problem);
    // An empty line, as many files end with.
    if (fields.length === 1 && fields[0] === "") return;
    if (this.#columns === null) {
      this.#columns = fields;
      return;
    }
    const columns = this.#columns;
    if (fields.length !== columns.length)
      return void reject(`${fields.length} fields where the file has ${columns.length} columns`);
    const row: SourceRow = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] ?? ""] = fields[i];
    found.rows.push(row);
    found.numbers.push(number);
  }

  /** The record that begins here; null when it is not all there. @throws SyntaxError for quotes that never end */
  private record(text: string, from: number, last: boolean): CsvRecord | null {
    const lineEnd = text.indexOf("\n", from);
    const simpleEnd = lineEnd === -1 ? text.length : lineEnd;
    const line = text.slice(from, simpleEnd > from && text[simpleEnd - 1] === "\r" ? simpleEnd - 1 : simpleEnd);
    if (!line.includes('"')) {
      if (lineEnd === -1 && !last) return null;
      return { fields: line.split(this.delimiter), end: Math.min(simpleEnd + 1, text.length), lines: 1, problem: null };
    }
    return this.quotedRecord(text, from, last);
  }

  private quotedRecord(text: string, from: number, last: boolean): CsvRecord | null {
    const fields: string[] = [];
    let problem: string | null = null;
    let at = from;
    for (;;) {
      let value = "";
      if (text[at] === '"') {
        const close = closingQuote(text, at + 1);
        if (close === -1) {
          if (last) throw new SyntaxError(`the quotes that begin in line ${this.#lines + 1} never end: it is cut off`);
          return null;
        }
        value = text.slice(at + 1, close).replaceAll('""', '"');
        at = close + 1;
      }
      const rest = plainPart(text, at, this.delimiter);
      const plain = text.slice(at, rest).replace(/\r$/, "");
      if (value !== "" && plain !== "") problem = "text behind closing quotes";
      fields.push(value + plain);
      at = rest;
      if (text[at] === this.delimiter) at++;
      else break;
    }
    if (at >= text.length && !last) return null;
    const end = Math.min(at + 1, text.length);
    const lines = text.slice(from, end).split("\n").length - (text[end - 1] === "\n" ? 1 : 0);
    return { fields, end, lines, problem };
  }
}

/** The quote that is not doubled; -1 when there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

function plainPart(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
  return at;
}
