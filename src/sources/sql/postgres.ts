import type { Client, ClientConfig, DatabaseError } from "pg";
import type { SourceRow, WarmSource } from "../../model/warm-source.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import type { BoundQuery } from "./bind-parameters.js";
import { resolveAddress, type DatabaseAddress, type ServerKind } from "./connection.js";
import { codeOf, databaseError, type DatabaseFailure } from "./database-error.js";
import { postgresDialect } from "./dialect.js";
import { loadDriver } from "./load-driver.js";
import { postgresTypes } from "./postgres-types.js";
import { sqlSettings } from "./query-fields.js";
import type { ServerSpec } from "./sql-kinds.js";
import { SqlSource, type Database, type RowReader } from "./sql-source.js";

const server: ServerKind = { protocols: ["postgres:", "postgresql:"], port: 5432 };
const name = "postgres query";

/**
 * The rows of one query, by a cursor in a read-only transaction that sees one moment (REPEATABLE READ). Holds that
 * transaction until the last row was taken, which keeps VACUUM from removing what it may still see.
 *
 * @throws CachectlError usage where the driver is missing, unreached where the server cannot be talked to
 */
export async function openPostgresSource(given: ServerSpec, deps: RemoteSourceDeps): Promise<WarmSource> {
  const address = await resolveAddress(given, server, deps);
  return new SqlSource(await PostgresDatabase.open(address), sqlSettings(given));
}

class PostgresDatabase implements Database {
  readonly name = name;
  readonly dialect = postgresDialect;
  #ended: Promise<void> | undefined;

  private constructor(
    private readonly client: Client,
    private readonly cursors: Cursors,
    readonly answerTimeoutMs: number,
  ) {}

  static async open(address: DatabaseAddress): Promise<PostgresDatabase> {
    const { default: pg } = await loadDriver("pg", () => import("pg"));
    const { default: Cursor } = await loadDriver("pg-cursor", () => import("pg-cursor"));
    // The package's own declaration of this one is wrong.
    const { create } = pg.types.arrayParser as unknown as ArrayParser;
    const types = postgresTypes((text, element) => create(text, element).parse());
    const client = new pg.Client(clientConfig(address));
    const database = new PostgresDatabase(client, { Cursor, types }, address.statementTimeoutMs + graceMs);
    // Without a listener a connection that breaks would end the process; whatever is asked of it next rejects.
    client.on("error", () => {});
    try {
      await client.connect();
      // Where it cannot be had (before version 14), the end of an abandoned query is left to its time-out.
      await client.query(noticeAbandonment).catch(() => {});
      await client.query(begin);
      return database;
    } catch (error) {
      await database.close();
      throw databaseError(failureOf(error), name, error);
    }
  }

  start({ sql, values }: BoundQuery): Promise<RowReader> {
    const { Cursor, types } = this.cursors;
    const cursor = this.client.query(new Cursor<SourceRow>(sql, values, { types }));
    const read = async (count: number): Promise<SourceRow[]> => {
      try {
        return await cursor.read(count);
      } catch (error) {
        throw databaseError(failureOf(error), name, error);
      }
    };
    return Promise.resolve({ read });
  }

  close(): Promise<void> {
    // A client that never connected, or whose server is gone, has nothing to say goodbye to.
    this.#ended ??= this.client.end().catch(() => {});
    return this.#ended;
  }
}

// The server ends a statement by itself and says so; only one that says nothing any more is given up from here.
const graceMs = 5_000;

interface ArrayParser {
  create: (text: string, element: (text: string) => unknown) => { parse(): unknown[] };
}

interface Cursors {
  Cursor: typeof import("pg-cursor");
  types: ReturnType<typeof postgresTypes>;
}

/** A server that computes does not look at its connection unless it is told to. */
const noticeAbandonment = "SET client_connection_check_interval = '1s'";

/** The transaction is idle as long as the target takes: that is no reason for the server to end it. */
const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0;
  SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'`;

function clientConfig({
  socket,
  host,
  port,
  user,
  password,
  database,
  tls,
  ...timeouts
}: DatabaseAddress): ClientConfig {
  return {
    host: socket ?? host,
    port,
    user,
    database,
    ...(password === null ? {} : { password: password.reveal() }),
    ssl: tls === null ? false : { ...(tls.ca === null ? {} : { ca: tls.ca }), rejectUnauthorized: !tls.insecure },
    application_name: "cachectl warm",
    connectionTimeoutMillis: timeouts.connectTimeoutMs,
    statement_timeout: timeouts.statementTimeoutMs,
    keepAlive: true,
  };
}

/** By the class of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function failureOf(error: unknown): DatabaseFailure {
  const code = codeOf(error);
  if (/^(28|3D)/.test(code)) return "login";
  if (code === "57014") return "timeout";
  const isFromServer = (error as Partial<DatabaseError>).severity !== undefined;
  return isFromServer && !/^(08|53|57)/.test(code) ? "query" : "connection";
}
