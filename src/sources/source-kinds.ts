import type * as v from "valibot";
import type { SourceSpec } from "../model/warm-manifest.js";
import type { WarmSource } from "../model/warm-source.js";
import type { PathBase } from "../profiles/field-schemas.js";
import { memcachedSource, redisSource, reportSource } from "./cache/cache-kinds.js";
import { fileSource } from "./files/file-schema.js";
import { httpSource } from "./http/http-kind.js";
import type { SourceDeps } from "./source-deps.js";
import { mysqlSource, postgresSource, sqliteSource } from "./sql/sql-kinds.js";

/** One kind of source: the fields that `source` has for it, and how it is opened. */
export interface SourceKind<Spec extends SourceSpec = SourceSpec> {
  schema(base: PathBase): v.GenericSchema<unknown, Spec>;
  /** Where the rows come from, for reports: no secret. */
  describe(spec: Spec): string;
  /** Loads what it needs only when called. @throws CachectlError where it cannot be opened */
  open(spec: Spec, deps: SourceDeps): Promise<WarmSource>;
}

/** By the manifest's `source.kind`. */
export type SourceKinds = Readonly<Record<string, SourceKind>>;

/** A kind with its own spec, as the registry holds it: what `schema` gave is what `describe` and `open` get. */
function kind<Spec extends SourceSpec>(one: SourceKind<Spec>): SourceKind {
  return one;
}

export const sourceKinds: SourceKinds = {
  file: kind(fileSource),
  postgres: kind(postgresSource),
  mysql: kind(mysqlSource),
  sqlite: kind(sqliteSource),
  http: kind(httpSource),
  redis: kind(redisSource),
  memcached: kind(memcachedSource),
  "bigkeys-report": kind(reportSource),
};
