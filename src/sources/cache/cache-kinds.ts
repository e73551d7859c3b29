import * as v from "valibot";
import * as field from "../../profiles/field-schemas.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { wholeNumber } from "../source-fields.js";

const reading = {
  from: field.text,
  mode: v.optional(field.oneOf(["dump", "values"]), "dump"),
  maxValueBytes: v.optional(wholeNumber(1, 536_870_912), 67_108_864),
};

function redisSchema() {
  return field.closed({ kind: v.literal("redis"), pattern: v.optional(field.text, "*"), ...reading });
}

function reportSchema(base: field.PathBase) {
  return field.closed({
    kind: v.literal("bigkeys-report"),
    report: field.path(base),
    list: v.optional(field.text, "largest-keys"),
    target: v.optional(field.text),
    ...reading,
  });
}

function memcachedSchema() {
  return field.closed({
    kind: v.literal("memcached"),
    from: field.text,
    pattern: v.optional(field.text, "*"),
    maxValueBytes: v.optional(wholeNumber(1, 536_870_912), 67_108_864),
    // About a hundred bytes each in memory.
    maxItems: v.optional(wholeNumber(1, 50_000_000), 5_000_000),
  });
}

/** A source of `kind: redis`, as its schema gives it. */
export type RedisSpec = v.InferOutput<ReturnType<typeof redisSchema>>;

/** A source of `kind: bigkeys-report`, as its schema gives it. */
export type ReportSpec = v.InferOutput<ReturnType<typeof reportSchema>>;

/** A source of `kind: memcached`, as its schema gives it. */
export type MemcachedSpec = v.InferOutput<ReturnType<typeof memcachedSchema>>;

export const redisSource = {
  schema: redisSchema,
  describe: ({ pattern }: RedisSpec) => `keys like ${pattern} of another cache`,
  open: async (spec: RedisSpec, deps: RemoteSourceDeps) =>
    (await import("./redis-source.js")).openRedisSource(spec, deps),
};

export const reportSource = {
  schema: reportSchema,
  describe: ({ report }: ReportSpec) => `keys of ${report}`,
  open: async (spec: ReportSpec, deps: RemoteSourceDeps) =>
    (await import("./report-source.js")).openReportSource(spec, deps),
};

export const memcachedSource = {
  schema: memcachedSchema,
  describe: ({ pattern }: MemcachedSpec) => `items like ${pattern} of another cache`,
  open: async (spec: MemcachedSpec, deps: RemoteSourceDeps) =>
    (await import("./memcached-source.js")).openMemcachedSource(spec, deps),
};
