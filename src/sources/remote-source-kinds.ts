import { memcachedSource, redisSource, reportSource } from "./cache/cache-kinds.js";
import { httpSource } from "./http/http-kind.js";
import { mysqlSource, postgresSource, sqliteSource } from "./sql/sql-kinds.js";

/** Every kind of source that is not a file, by the word in `source.kind`: its schema, its name for reports, and how it is opened. */
export const remoteSourceKinds = {
  postgres: postgresSource,
  mysql: mysqlSource,
  sqlite: sqliteSource,
  http: httpSource,
  redis: redisSource,
  memcached: memcachedSource,
  "bigkeys-report": reportSource,
};
