import * as v from "valibot";
import { parsePath } from "../../model/field-path.js";
import { parseTemplate } from "../../model/row-template.js";
import { itemTypes, type TtlSpec } from "../../model/warm-manifest.js";
import * as field from "../../profiles/field-schemas.js";

const template = v.pipe(
  field.text,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const parsed = parseTemplate(dataset.value);
    if (!parsed.ok) addIssue({ message: parsed.reason });
  }),
);

const fieldPath = v.pipe(
  field.text,
  v.check((value) => parsePath(value) !== null, "must be a field's name, or names joined by dots"),
);

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Ten years: longer is a slip of the unit. */
const longestMs = 3_650 * 86_400_000;

/** TTLs are longer than what other durations of a profile may be. */
const fixedTtl = v.pipe(
  v.string("must be a duration such as 90s, 30m, 12h or 7d, or { field: NAME }"),
  v.rawTransform<string, TtlSpec>(({ dataset, addIssue, NEVER }) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(dataset.value.trim());
    const ms = Math.round(Number(match?.[1]) * (unitMs[match?.[2] ?? ""] ?? Number.NaN));
    if (ms >= 1 && ms <= longestMs) return { kind: "fixed", ms };
    addIssue({ message: "must be a duration such as 90s, 30m, 12h or 7d (up to 3650d), or { field: NAME }" });
    return NEVER;
  }),
);

const fieldTtl = v.pipe(
  field.closed({
    field: fieldPath,
    as: v.optional(field.oneOf(["for", "at"])),
    unit: v.optional(field.oneOf(["s", "ms"])),
  }),
  v.transform(({ field: path, as, unit }): TtlSpec => ({
    ...{ kind: "field", path, as: as ?? "for" },
    unitMs: unit === "ms" ? 1 : 1_000,
  })),
);

const ttl = v.lazy((input) => (field.isMapping(input) ? fieldTtl : fixedTtl));

const percent = v.pipe(
  v.string("must be a share such as 10%"),
  v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
    const ratio = Number(/^(\d+(?:\.\d+)?)%$/.exec(dataset.value.trim())?.[1]) / 100;
    if (ratio >= 0 && ratio <= 0.9) return ratio;
    addIssue({ message: "must be a share from 0% to 90%" });
    return NEVER;
  }),
);

const size = v.pipe(
  v.union([v.number(), v.string()], "must be a size such as 512, 1kB or 64kB"),
  v.rawTransform<string | number, number>(({ dataset, addIssue, NEVER }) => {
    const match = /^(\d+)(kB|MB)?$/.exec(String(dataset.value).trim());
    const bytes = Number(match?.[1]) * (match?.[2] === "kB" ? 1_024 : match?.[2] === "MB" ? 1_048_576 : 1);
    if (bytes >= 1) return bytes;
    addIssue({ message: "must be a size such as 512, 1kB or 64kB" });
    return NEVER;
  }),
);

const compress = v.pipe(
  field.closed({ codec: field.oneOf(["gzip", "zstd"]), above: v.optional(size) }),
  // Below a few hundred bytes the marker and the codec's own header eat up what is won.
  v.transform(({ codec, above }) => ({ codec, aboveBytes: above ?? 1_024 })),
);

export type MappingFields = v.InferOutput<typeof mappingFields>;

/** The `map` field of a manifest; what may stand together is `check-mapping`. */
export const mappingFields = field.closed({
  key: template,
  type: v.optional(field.oneOf(itemTypes)),
  value: v.optional(field.text),
  fields: v.optional(v.pipe(v.array(field.text, "must be a list of field names"), v.nonEmpty("must not be empty"))),
  ttl: v.optional(ttl),
  ttlJitter: v.optional(percent),
  tags: v.optional(v.array(template, "must be a list of tags")),
  tagPrefix: v.optional(v.string("must be text")),
  encode: v.optional(field.oneOf(["text", "msgpack"])),
  compress: v.optional(compress),
});
