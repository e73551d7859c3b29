import { dirname } from "node:path";
import * as v from "valibot";
import type { MappingSpec, TtlSpec, WarmManifest } from "../../model/warm-manifest.js";
import { didYouMean } from "../../model/nearest.js";
import * as field from "../../profiles/field-schemas.js";
import { readYaml } from "../../profiles/yaml-document.js";
import { sourceKinds, type SourceKinds } from "../source-kinds.js";
import { mappingFields, type MappingFields } from "./mapping-schema.js";
import { checkMapping } from "./check-mapping.js";

export interface ManifestProblem {
  line: number;
  column: number;
  /** A sentence without a full stop. Never holds a value from the file, which might be a secret. */
  message: string;
}

export type ParsedManifest = { ok: true; manifest: WarmManifest } | { ok: false; problems: ManifestProblem[] };

export interface ManifestPlace {
  /** Absolute: relative paths in the manifest start in its directory. */
  path: string;
  /** What `~/` stands for. */
  home: string;
}

interface Complaint {
  path: (string | number)[];
  at: "key" | "value";
  message: string;
}

/** Reads the text of a manifest. Lists all problems in the order of the file; one with any is no manifest. Pure. */
export function parseManifest(text: string, place: ManifestPlace, kinds: SourceKinds = sourceKinds): ParsedManifest {
  const yaml = readYaml(text);
  const problems: ManifestProblem[] = [...yaml.problems];
  let manifest: WarmManifest | null = null;
  if (yaml.value !== undefined) {
    const checked = check(yaml.value, place, kinds);
    problems.push(...checked.complaints.map(({ path, at, message }) => ({ ...yaml.locate(path, at), message })));
    manifest = checked.manifest;
  }
  if (problems.length === 0 && manifest !== null) return { ok: true, manifest };
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function check(value: unknown, place: ManifestPlace, kinds: SourceKinds) {
  if (!field.isMapping(value)) {
    const complaint: Complaint = { path: [], at: "value", message: "a manifest is a mapping with `source` and `map`" };
    return { complaints: [complaint], manifest: null };
  }
  const base = { directory: dirname(place.path), home: place.home };
  const shape = v.safeParse(manifestFields(base, kinds), value);
  const complaints = (shape.issues ?? []).map(complaintFrom);
  const map = v.safeParse(mappingFields, value["map"]);
  if (map.success) complaints.push(...checkMapping(map.output).map((one) => ({ ...one, path: ["map", ...one.path] })));
  if (!shape.success || complaints.length > 0) return { complaints, manifest: null };
  const { name, target, source, map: mapping } = shape.output;
  const manifest: WarmManifest = {
    name: name ?? nameOf(place.path),
    target: target ?? null,
    source,
    mapping: mappingOf(mapping),
  };
  return { complaints, manifest };
}

function manifestFields(base: field.PathBase, kinds: SourceKinds) {
  return field.closed({
    name: v.optional(v.pipe(field.text, v.regex(/^[\w.:-]{1,100}$/, "must be letters, digits, . : _ or - only"))),
    target: v.optional(field.text),
    source: v.lazy((input) => sourceSchema(input, base, kinds)),
    map: mappingFields,
  });
}

/** Which fields a source has depends on its kind, so that one is looked at first. */
function sourceSchema(input: unknown, base: field.PathBase, kinds: SourceKinds) {
  const names = Object.keys(kinds);
  const kind = field.isMapping(input) ? input["kind"] : undefined;
  const known = typeof kind === "string" ? kinds[kind] : undefined;
  if (known !== undefined) return known.schema(base);
  const guess = typeof kind === "string" ? didYouMean(kind, names) : "";
  return v.pipe(
    field.mapping(),
    v.looseObject({ kind: v.picklist(names, `must be one of ${names.join(", ")}${guess}`) }, "is missing"),
  );
}

function nameOf(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\.ya?ml$/i, "").replace(/[^\w.:-]+/g, "_");
}

/** What every source of dumps tells of a key. Without it a copy would live for ever where the key did not. */
const lifeOfTheCopied: TtlSpec = { kind: "field", path: "ttlMs", as: "for", unitMs: 1 };

function mappingOf(fields: MappingFields): MappingSpec {
  const { key, type, value, ttl, tags, tagPrefix, compress, encode } = fields;
  return {
    key,
    type: type ?? "json",
    value: value ?? null,
    fields: fields.fields ?? null,
    ttl: ttl ?? (type === "restore" ? lifeOfTheCopied : { kind: "none" }),
    ttlJitter: fields.ttlJitter ?? 0,
    tags: tags ?? [],
    tagPrefix: tagPrefix ?? "tag:",
    packing: { encode: encode ?? "text", compress: compress ?? null },
  };
}

function complaintFrom(issue: v.BaseIssue<unknown>): Complaint {
  const steps = issue.path ?? [];
  const path = steps.map((step) => (typeof step.key === "number" ? step.key : String(step.key)));
  const at = steps.at(-1)?.origin === "key" ? "key" : "value";
  if (issue.message.startsWith("unknown field")) return { path, at, message: issue.message };
  const reason = issue.input === null ? "has no value" : issue.message;
  const name = path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
  return { path, at, message: `\`${name}\` ${reason}` };
}
