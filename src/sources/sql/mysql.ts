import type { Readable } from "node:stream";
import type { Connection, ConnectionOptions, FieldPacket } from "mysql2";
import type { SourceRow, WarmSource } from "../../model/warm-source.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import type { BoundQuery } from "./bind-parameters.js";
import { resolveAddress, type DatabaseAddress, type ServerKind } from "./connection.js";
import { codeOf, databaseError, type DatabaseFailure } from "./database-error.js";
import { mysqlDialect } from "./dialect.js";
import { loadDriver } from "./load-driver.js";
import { mysqlRows } from "./mysql-types.js";
import { sqlSettings } from "./query-fields.js";
import type { ServerSpec } from "./sql-kinds.js";
import { SqlSource, type Database, type RowReader } from "./sql-source.js";

const server: ServerKind = { protocols: ["mysql:", "mariadb:"], port: 3306 };
const name = "mysql query";

/**
 * The rows of one query, streamed from MySQL or MariaDB in a read-only transaction that sees one moment: the server sends no
 * faster than rows are taken. Holds that transaction until the last row was taken.
 *
 * @throws CachectlError usage where the driver is missing, unreached where the server cannot be talked to
 */
export async function openMysqlSource(given: ServerSpec, deps: RemoteSourceDeps): Promise<WarmSource> {
  const address = await resolveAddress(given, server, deps);
  return new SqlSource(await MysqlDatabase.open(address), sqlSettings(given));
}

class MysqlDatabase implements Database {
  readonly name = name;
  readonly dialect = mysqlDialect;
  #rows: Readable | undefined;

  private constructor(
    private readonly connection: Connection,
    readonly answerTimeoutMs: number,
  ) {}

  static async open(address: DatabaseAddress): Promise<MysqlDatabase> {
    const { createConnection } = (await loadDriver("mysql2", () => import("mysql2"))).default;
    const connection = createConnection(connectionOptions(address));
    const database = new MysqlDatabase(connection, address.statementTimeoutMs);
    // The driver does not pass the loss of a connection on to the rows that are being read.
    connection.on("error", (error: Error) => database.#rows?.destroy(error));
    connection.on("end", () => database.#rows?.destroy(closed));
    try {
      await connection.promise().connect();
      for (const statement of beginStatements) await connection.promise().query(statement);
      return database;
    } catch (error) {
      await database.close();
      throw databaseError(failureOf(error), name, error);
    }
  }

  async start({ sql, values }: BoundQuery): Promise<RowReader> {
    const stream = this.connection.execute(sql, values).stream({ highWaterMark: bufferedRows });
    this.#rows = stream;
    // Whoever reads looks at what it failed with.
    stream.on("error", () => {});
    try {
      const columns = await columnsOf(stream);
      // SET and its like have none.
      if (columns === undefined) throw databaseError("query", name, new Error("it gives no rows"));
      return { read: readerOf(stream, columns) };
    } catch (error) {
      throw databaseError(failureOf(error), name, error);
    }
  }

  /** Ends a query that is still being sent as well: there is no word by which the server could be asked to stop. */
  close(): Promise<void> {
    this.connection.destroy();
    return Promise.resolve();
  }
}

/** Rows that are kept ready while a page is written. */
const bufferedRows = 100;

/** The connection is idle as long as the target takes: an hour of that is no reason for the server to close it. */
const beginStatements = [
  "SET time_zone = '+00:00', net_write_timeout = 3600",
  "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
  "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
];

function columnsOf(stream: Readable): Promise<FieldPacket[] | undefined> {
  return new Promise((resolve, reject) => {
    stream.once("fields", resolve);
    stream.once("error", reject);
    stream.once("close", () => reject(closed));
  });
}

/** Row by row without a promise for each, which would cost more than the row. */
function readerOf(stream: Readable, columns: readonly FieldPacket[]): RowReader["read"] {
  const convert = mysqlRows(columns);
  return async (count) => {
    const page: SourceRow[] = [];
    while (page.length < count) {
      const row = stream.read() as SourceRow | null;
      if (row !== null) page.push(convert(row));
      else if (stream.readableEnded) break;
      else if (!stream.destroyed) await change(stream);
      else throw databaseError(failureOf(stream.errored), name, stream.errored ?? closed);
    }
    return page;
  };
}

const closed = new Error("the server closed the connection");

/** Resolves when there is something new to be said of the stream: rows, its end, or that it broke. */
function change(stream: Readable): Promise<void> {
  const events = ["readable", "end", "close"];
  return new Promise((resolve) => {
    const changed = (): void => {
      for (const event of events) stream.off(event, changed);
      resolve();
    };
    for (const event of events) stream.once(event, changed);
  });
}

function connectionOptions({
  socket,
  host,
  port,
  user,
  password,
  database,
  tls,
  ...more
}: DatabaseAddress): ConnectionOptions {
  return {
    ...(socket === null ? { host, port } : { socketPath: socket }),
    user,
    database,
    ...(password === null ? {} : { password: password.reveal() }),
    ...(tls === null ? {} : { ssl: { ...(tls.ca === null ? {} : { ca: tls.ca }), rejectUnauthorized: !tls.insecure } }),
    connectTimeout: more.connectTimeoutMs,
    charset: "utf8mb4",
    // Digits and times as the server has them: a number or a Date of JavaScript would lose some.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  };
}

/** By the names of https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
function failureOf(error: unknown): DatabaseFailure {
  const code = codeOf(error);
  if (/^ER_(ACCESS_DENIED|DBACCESS_DENIED|BAD_DB|HOST_NOT_PRIVILEGED|SECURE_TRANSPORT)/.test(code)) return "login";
  if (/^ER_(QUERY_TIMEOUT|STATEMENT_TIMEOUT|LOCK_WAIT_TIMEOUT)/.test(code)) return "timeout";
  return /^ER_(?!CON_COUNT|SERVER_SHUTDOWN|QUERY_INTERRUPTED|NET_|CONNECTION_KILLED)/.test(code)
    ? "query"
    : "connection";
}
