import { bytesOfText } from "../../model/key-name.js";
import type { MappingSpec, Pack, WarmValue } from "../../model/warm-manifest.js";
import type { SourceRow } from "../../model/warm-source.js";
import { fieldReader, parsePath } from "../../model/field-path.js";
import { lackOf, scalarText, templateOf } from "../../model/row-template.js";

/** A value, or why there is none, as a clause. */
export type ValueOf = (row: SourceRow, json: string | undefined) => WarmValue | string;

export function compileValue(spec: MappingSpec, pack: Pack): ValueOf {
  if (spec.type === "string") return textValue(spec.value ?? "", pack);
  if (spec.type === "json") return jsonValue(spec, pack);
  if (spec.type === "restore") return dumpValue(spec.value ?? "dump");
  const { type } = spec;
  const read = valueReader(spec);
  const name = spec.value === null ? "the row" : `field ${spec.value}`;
  return (row) => {
    const value = read(row);
    const parts = type === "zset" ? scored(value) : type === "hash" ? pairsOf(value) : membersOf(value);
    if (parts === null) return `${name} ${value === undefined ? lackOf(value) : `is no ${wanted[type]}`}`;
    // The server has no empty collections: writing one would leave nothing, and look like success.
    if (parts.length === 0) return `${name} is empty`;
    return type === "hash" || type === "zset" ? { type, pairs: parts } : { type, members: parts };
  };
}

const wanted = {
  hash: "mapping of texts and numbers",
  set: "list of texts and numbers",
  list: "list of texts and numbers",
  zset: "mapping of member to score, nor a list of [member, score]",
};

function valueReader({ value, fields }: MappingSpec): (row: SourceRow) => unknown {
  if (value !== null) return fieldReader(parsePath(value) ?? []);
  if (fields === null) return (row) => row;
  return (row) => Object.fromEntries(fields.flatMap((field) => (row[field] == null ? [] : [[field, row[field]]])));
}

/** `{body}` alone may also be bytes, which no text could carry. */
function textValue(text: string, pack: Pack): ValueOf {
  const template = templateOf(text);
  const only = /^\{([^{}]+)\}$/.exec(text)?.[1]?.trim();
  const readOnly = only === undefined ? null : fieldReader(parsePath(only) ?? []);
  return (row) => {
    const whole = readOnly?.(row);
    if (whole instanceof Uint8Array) return { type: "string", data: pack.bytes(whole) };
    const rendered = template.render(row);
    return rendered === null ? `the value: ${template.whyNot(row)}` : { type: "string", data: pack.text(rendered) };
  };
}

function jsonValue(spec: MappingSpec, pack: Pack): ValueOf {
  if (spec.value === null && spec.fields === null)
    return (row, json) => ({ type: "string", data: pack.value(row, json) });
  const read = valueReader(spec);
  return (row) => {
    const value = read(row);
    if (value === undefined) return `field ${spec.value ?? ""} is missing`;
    return { type: "string", data: pack.value(value, undefined) };
  };
}

function dumpValue(path: string): ValueOf {
  const read = fieldReader(parsePath(path) ?? []);
  return (row) => {
    const dump = read(row);
    if (dump instanceof Uint8Array) return { type: "restore", data: Buffer.from(dump).toString("latin1") };
    return `field ${path} is no dump: restore takes rows of a Redis source with DUMP`;
  };
}

function pairsOf(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const pairs: string[] = [];
  for (const [name, part] of Object.entries(value)) {
    // A field without a value is left out, as a hash cannot hold one.
    if (part == null) continue;
    const data = partBytes(part);
    if (data === null) return null;
    pairs.push(bytesOfText(name), data);
  }
  return pairs;
}

function membersOf(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const members: string[] = [];
  for (const part of value as unknown[]) {
    const data = partBytes(part);
    if (data === null) return null;
    members.push(data);
  }
  return members;
}

function scored(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null) return null;
  const entries: unknown[] = Array.isArray(value) ? value : Object.entries(value);
  const pairs: string[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) return null;
    const member = entry[0] instanceof Uint8Array ? latin1(entry[0]) : scalarText(entry[0]);
    const score = typeof entry[1] === "string" && entry[1].trim() !== "" ? Number(entry[1]) : (entry[1] as unknown);
    if (member === null || typeof score !== "number" || Number.isNaN(score)) return null;
    pairs.push(scoreText(score), entry[0] instanceof Uint8Array ? member : bytesOfText(member));
  }
  return pairs;
}

function scoreText(score: number): string {
  if (Number.isFinite(score)) return String(score);
  return score > 0 ? "+inf" : "-inf";
}

/** Parts of a collection are stored as they are: only a whole value is worth compressing. */
function partBytes(part: unknown): string | null {
  if (part instanceof Uint8Array) return latin1(part);
  const text = scalarText(part);
  if (text !== null) return bytesOfText(text);
  return part === null || part === undefined ? null : bytesOfText(JSON.stringify(part));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
