/** The parts of the two SQLite libraries that are used here, alike in both. */
declare module "node:sqlite" {
  class StatementSync {
    setReadBigInts(enabled: boolean): void;
    iterate(...values: unknown[]): Iterator<Record<string, unknown>>;
  }
  class DatabaseSync {
    constructor(path: string, options: { readOnly: boolean; timeout: number });
    prepare(sql: string): StatementSync;
    close(): void;
  }
}

declare module "better-sqlite3" {
  class Statement {
    safeIntegers(enabled: boolean): this;
    iterate(...values: unknown[]): Iterator<Record<string, unknown>>;
  }
  class Database {
    constructor(path: string, options: { readonly: boolean; fileMustExist: boolean; timeout: number });
    prepare(sql: string): Statement;
    close(): void;
  }
  export default Database;
}
