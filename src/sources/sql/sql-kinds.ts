import * as v from "valibot";
import * as field from "../../profiles/field-schemas.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { longDuration } from "../source-fields.js";
import { addressFields } from "./connection.js";
import { queryFields } from "./query-fields.js";

function serverSchema<const Kind extends string>(kind: Kind, base: field.PathBase) {
  return field.closed({ kind: v.literal(kind), ...addressFields(base), ...queryFields });
}

function sqliteSchema(base: field.PathBase) {
  return field.closed({
    kind: v.literal("sqlite"),
    file: field.path(base),
    busyTimeout: v.optional(longDuration, "5s"),
    ...queryFields,
  });
}

/** A source of `kind: postgres` or `mysql`, as its schema gives it. */
export type ServerSpec = v.InferOutput<ReturnType<typeof serverSchema>>;

export type SqliteSpec = v.InferOutput<ReturnType<typeof sqliteSchema>>;

export const postgresSource = {
  schema: (base: field.PathBase) => serverSchema("postgres", base),
  describe: (spec: ServerSpec) => describeServer("PostgreSQL", spec),
  open: async (spec: ServerSpec, deps: RemoteSourceDeps) =>
    (await import("./postgres.js")).openPostgresSource(spec, deps),
};

export const mysqlSource = {
  schema: (base: field.PathBase) => serverSchema("mysql", base),
  describe: (spec: ServerSpec) => describeServer("MySQL", spec),
  open: async (spec: ServerSpec, deps: RemoteSourceDeps) => (await import("./mysql.js")).openMysqlSource(spec, deps),
};

export const sqliteSource = {
  schema: sqliteSchema,
  describe: ({ file }: SqliteSpec) => `SQLite ${file}`,
  open: async (spec: SqliteSpec) => (await import("./sqlite.js")).openSqliteSource(spec),
};

/** A URL may hold a password, so nothing of it is told. */
function describeServer(product: string, { host, socket, database }: ServerSpec): string {
  const where = socket ?? host;
  return [product, ...(database === undefined ? [] : [database]), ...(where === undefined ? [] : [`on ${where}`])].join(
    " ",
  );
}
