import * as v from "valibot";
import { text } from "../../profiles/field-schemas.js";
import { wholeNumber } from "../source-fields.js";
import type { SqlSettings } from "./sql-source.js";

const value = v.union([v.string(), v.number(), v.boolean(), v.null()], "must be text, a number, true, false or null");

/** The fields of `source:` that every SQL source has. */
export const queryFields = {
  query: text,
  params: v.optional(
    v.union(
      [v.array(value), v.record(v.string(), value)],
      "must be a list of values, or a mapping of names and values: text, numbers, true, false or null",
    ),
    [],
  ),
  resumeBy: v.optional(text),
  jsonColumns: v.optional(v.array(text, "must be a list of column names"), []),
  pageRows: v.optional(wholeNumber(1, 10_000), 1_000),
};

type QueryFields = v.InferOutput<v.ObjectSchema<typeof queryFields, undefined>>;

export function sqlSettings({ query, params, resumeBy, jsonColumns, pageRows }: QueryFields): SqlSettings {
  return { query, params, resumeBy: resumeBy ?? null, jsonColumns, pageRows };
}
