import { CachectlError } from "../../model/errors.js";
import type { RejectedRow, ResumePoint, SourcePage, SourceRow, WarmSource } from "../../model/warm-source.js";
import { interrupted, printableText } from "../source-errors.js";
import type { BoundQuery } from "./bind-parameters.js";
import { databaseError } from "./database-error.js";
import type { Dialect } from "./dialect.js";
import { keysetQuery, parseKeyset, resumePointAfter, type QuerySettings } from "./keyset.js";
import { NotJson, plainRow, rowBytes } from "./plain-row.js";

export interface SqlSettings extends QuerySettings {
  /** Columns whose text is parsed as JSON. */
  jsonColumns: readonly string[];
  /** Rows of a page at most. */
  pageRows: number;
}

/** One database, open; at most one query at a time. */
export interface Database {
  /** `postgres query`: begins the place of every row. */
  readonly name: string;
  readonly dialect: Dialect;
  /** How long `start` or `read` may take; null: they do not wait for anybody. Milliseconds. */
  readonly answerTimeoutMs: number | null;
  /** @throws CachectlError where the query is refused or the connection lost */
  start(query: BoundQuery): Promise<RowReader>;
  /** Ends the query as well, at once. Idempotent. */
  close(): Promise<void>;
}

/** The rows of one query, fetched only when asked for. */
export interface RowReader {
  /** The next rows; fewer than asked for, at the end none. Integers beyond 2^53 as `bigint`. @throws CachectlError */
  read(count: number): Promise<SourceRow[]>;
}

// Enough that a round trip costs nothing beside it, and small against the 200 MB that a run may take.
const pageBytes = 4_194_304;
const firstPageRows = 100;

/** A query as pages of rows, in memory bounded by the page whatever the query gives. */
export class SqlSource implements WarmSource {
  constructor(
    private readonly database: Database,
    private readonly settings: SqlSettings,
  ) {}

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { database, settings } = this;
    if (isAborted(signal)) throw interrupted(database.name);
    // Whatever waits for the server rejects once the connection is closed.
    const abort = () => void database.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const keyset = parseKeyset(from);
      if (keyset !== null && settings.resumeBy === null) throw cannotResume();
      const reader = await this.answer(database.start(keysetQuery(settings, keyset, database.dialect)));
      let rows = keyset?.rows ?? 0;
      let count = Math.min(firstPageRows, settings.pageRows);
      for (;;) {
        const raw = await this.answer(reader.read(count));
        if (isAborted(signal)) throw interrupted(database.name);
        if (raw.length === 0) return;
        yield this.page(raw, rows);
        rows += raw.length;
        const averageBytes = raw.reduce((sum, row) => sum + rowBytes(row), 0) / raw.length;
        count = Math.max(1, Math.min(settings.pageRows, Math.floor(pageBytes / averageBytes)));
      }
    } catch (error) {
      throw isAborted(signal) ? interrupted(database.name) : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** To count them would take as long as to read them. */
  totalRows(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** What is given up is closed, which ends the query on the server too. */
  private async answer<T>(asked: Promise<T>): Promise<T> {
    const { answerTimeoutMs, name } = this.database;
    if (answerTimeoutMs === null) return asked;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(databaseError("timeout", name, new Error(`no answer within ${answerTimeoutMs / 1_000} s`)));
        void this.database.close();
      }, answerTimeoutMs);
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private page(raw: readonly SourceRow[], before: number): SourcePage {
    const { resumeBy, jsonColumns } = this.settings;
    const rows: SourceRow[] = [];
    const numbers: number[] = [];
    const rejected: RejectedRow[] = [];
    raw.forEach((one, index) => {
      try {
        rows.push(plainRow(one, jsonColumns));
        numbers.push(before + index + 1);
      } catch (error) {
        if (!(error instanceof NotJson)) throw error;
        rejected.push({ place: this.place(before + index + 1), reason: error.message, text: rowText(one) });
      }
    });
    const last = raw.at(-1);
    return {
      rows,
      placeOf: (index) => this.place(numbers[index] ?? before),
      rejected,
      resumeAt: resumeBy === null || last === undefined ? null : resumePointAfter(last, before + raw.length, resumeBy),
    };
  }

  private place(row: number): string {
    return `${this.database.name} row ${row}`;
  }
}

function rowText(row: SourceRow): string {
  return printableText(JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
}

function cannotResume(): CachectlError {
  return new CachectlError(
    "usage",
    "cannot-resume",
    "this source has no resumeBy, so it cannot go on in the middle",
    "Start anew without --resume, and name a key column in source.resumeBy for the next time.",
  );
}

/** Asked anew each time: it changes while something else is waited for, which the compiler does not expect of a property. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
