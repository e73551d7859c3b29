import { CachectlError } from "../../model/errors.js";
import type { SourceRow, WarmSource } from "../../model/warm-source.js";
import type { BoundQuery, SqlValue } from "./bind-parameters.js";
import { databaseError } from "./database-error.js";
import { sqliteDialect } from "./dialect.js";
import { sqlSettings } from "./query-fields.js";
import type { SqliteSpec } from "./sql-kinds.js";
import { openSqliteFile, type SqliteFile } from "./sqlite-driver.js";
import { SqlSource, type Database, type RowReader } from "./sql-source.js";

const name = "sqlite query";

/**
 * The rows of one query, stepped through in a file that is opened for reading only. There is no statement timeout: a step
 * runs in this process, and nothing can interrupt it.
 *
 * @throws CachectlError usage where no SQLite is there, or the file cannot be opened
 */
export async function openSqliteSource(given: SqliteSpec): Promise<WarmSource> {
  let file: SqliteFile;
  try {
    file = await openSqliteFile(given.file, given.busyTimeout);
  } catch (error) {
    if (error instanceof CachectlError) throw error;
    throw new CachectlError(
      "usage",
      "source-file",
      `source.file: ${given.file} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      "Name an SQLite database that this user may read.",
      error,
    );
  }
  return new SqlSource(new SqliteDatabase(file), sqlSettings(given));
}

class SqliteDatabase implements Database {
  readonly name = name;
  readonly dialect = sqliteDialect;
  readonly answerTimeoutMs = null;
  #isOpen = true;
  #rows: Iterator<SourceRow> | undefined;

  constructor(private readonly file: SqliteFile) {}

  start({ sql, values }: BoundQuery): Promise<RowReader> {
    return attempt(() => {
      const rows = (this.#rows = this.file.iterate(sql, values.map(bindable)));
      return { read: (count: number) => attempt(() => take(rows, count)) };
    });
  }

  close(): Promise<void> {
    // A query in the middle of its rows would keep the file from being closed.
    this.#rows?.return?.();
    if (this.#isOpen) this.file.close();
    this.#isOpen = false;
    return Promise.resolve();
  }
}

/** SQLite has no booleans; and a number of JavaScript would be bound as a real one, which prints as `5.0`. */
function bindable(value: SqlValue): unknown {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

function take(rows: Iterator<SourceRow>, count: number): SourceRow[] {
  const page: SourceRow[] = [];
  while (page.length < count) {
    const next = rows.next();
    if (next.done === true) break;
    page.push(next.value);
  }
  return page;
}

function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      resolve(work());
    } catch (error) {
      reject(databaseError("query", name, error));
    }
  });
}
