import * as v from "valibot";
import * as field from "../../profiles/field-schemas.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { httpUrl, wholeNumber } from "../source-fields.js";
import { fetchFields } from "./fetch-settings.js";

function httpSchema(base: field.PathBase) {
  return v.pipe(
    field.closed({
      kind: v.literal("http"),
      urls: v.optional(v.pipe(v.array(httpUrl, "must be a list of URLs"), v.nonEmpty("must name at least one URL"))),
      list: v.optional(
        field.closed({
          url: httpUrl,
          rows: v.optional(field.text),
          next: v.optional(field.text),
          fetch: v.optional(field.text),
          maxPages: v.optional(wholeNumber(1, 1_000_000), 10_000),
        }),
      ),
      response: v.optional(field.oneOf(["json", "ndjson", "text", "bytes"]), "json"),
      rows: v.optional(field.text),
      concurrency: v.optional(wholeNumber(1, 64), 4),
      onError: v.optional(field.oneOf(["stop", "reject"]), "stop"),
      etags: v.optional(field.path(base)),
      ...fetchFields(base),
    }),
    v.check(({ urls, list }) => (urls === undefined) !== (list === undefined), "must have either `urls` or `list`"),
    v.check(
      ({ bearer, basic }) => bearer === undefined || basic === undefined,
      "must have one of `bearer` and `basic`",
    ),
    v.check(
      ({ etags, list }) => etags === undefined || list === undefined || list.fetch !== undefined,
      "`etags` needs `urls` or `list.fetch`: a list that has not changed would not tell where it goes on",
    ),
  );
}

/** A source of `kind: http`, as its schema gives it. */
export type HttpSpec = v.InferOutput<ReturnType<typeof httpSchema>>;

export const httpSource = {
  schema: httpSchema,
  describe: ({ urls, list }: HttpSpec) =>
    list?.url ?? (urls?.length === 1 ? (urls[0] ?? "") : `${urls?.length ?? 0} URLs`),
  open: async (spec: HttpSpec, deps: RemoteSourceDeps) => (await import("./http-source.js")).openHttpSource(spec, deps),
};
