import { loadDriver } from "./load-driver.js";

/** A database file, open for reading only. Everything is synchronous: a row is read when it is asked for. */
export interface SqliteFile {
  iterate(sql: string, values: readonly unknown[]): Iterator<Record<string, unknown>>;
  close(): void;
}

/** Opens with what the runtime has, else with better-sqlite3. @throws CachectlError usage: neither is there */
export async function openSqliteFile(path: string, busyTimeoutMs: number): Promise<SqliteFile> {
  const builtIn = await loadBuiltIn();
  if (builtIn !== null) {
    const file = new builtIn.DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    return {
      iterate: (sql, values) => {
        const statement = file.prepare(sql);
        statement.setReadBigInts(true);
        return statement.iterate(...values);
      },
      close: () => file.close(),
    };
  }
  const { default: Database } = await loadDriver("better-sqlite3", () => import("better-sqlite3"));
  const file = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  return {
    iterate: (sql, values) =>
      file
        .prepare(sql)
        .safeIntegers(true)
        .iterate(...values),
    close: () => file.close(),
  };
}

/** Null before Node 22.13: there is none, or one behind a flag that cannot go through rows one by one. */
async function loadBuiltIn(): Promise<typeof import("node:sqlite") | null> {
  try {
    const builtIn = await import("node:sqlite");
    return "iterate" in builtIn.StatementSync.prototype ? builtIn : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_UNKNOWN_BUILTIN_MODULE") return null;
    throw error;
  }
}
