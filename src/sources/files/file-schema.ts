import * as v from "valibot";
import type { WarmSource } from "../../model/warm-source.js";
import * as field from "../../profiles/field-schemas.js";
import type { SourceDeps } from "../source-deps.js";

export const fileFormats = ["ndjson", "csv", "json"] as const;

export interface FileSpec {
  kind: "file";
  /** Absolute; `-`: standard input. */
  path: string;
  format: (typeof fileFormats)[number];
  gzip: boolean;
  /** CSV only. */
  delimiter: string;
  /** CSV only; null: the first line names them. */
  columns: string[] | null;
}

const cannotTell = "cannot be told from the path: add `format: ndjson`, csv or json";

export const fileSource = {
  schema: (base: field.PathBase): v.GenericSchema<unknown, FileSpec> =>
    v.pipe(
      field.closed({
        kind: v.literal("file"),
        path: field.text,
        format: v.optional(field.oneOf(fileFormats)),
        gzip: v.optional(field.flag),
        delimiter: v.optional(
          v.pipe(
            v.string("must be text"),
            v.check((text) => text.length === 1 && !/["\r\n]/.test(text), "must be one character"),
          ),
        ),
        columns: v.optional(
          v.pipe(v.array(field.text, "must be a list of column names"), v.nonEmpty("must not be empty")),
        ),
      }),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const fields = dataset.value;
        const plain = fields.path.replace(/\.gz$/i, "");
        const format = fields.format ?? formatOf(plain);
        if (format === null) {
          addIssue({ message: cannotTell });
          return NEVER;
        }
        const spec: FileSpec = {
          kind: "file",
          path: fields.path === "-" ? "-" : field.resolvePath(fields.path, base),
          format,
          gzip: fields.gzip ?? plain !== fields.path,
          delimiter: fields.delimiter ?? (/\.tsv$/i.test(plain) ? "\t" : ","),
          columns: fields.columns ?? null,
        };
        return spec;
      }),
    ),
  describe: ({ path }: FileSpec): string => (path === "-" ? "standard input" : path),
  open: async (spec: FileSpec, deps: SourceDeps): Promise<WarmSource> => {
    const { openFileSource } = await import("./open-file-source.js");
    return openFileSource(spec, deps);
  },
};

function formatOf(path: string): FileSpec["format"] | null {
  if (/\.(?:ndjson|jsonl)$/i.test(path)) return "ndjson";
  if (/\.[ct]sv$/i.test(path)) return "csv";
  return /\.json$/i.test(path) ? "json" : null;
}
