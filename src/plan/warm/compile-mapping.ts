import { bytesOfText } from "../../model/key-name.js";
import type { MappingSpec, Pack, WarmItem } from "../../model/warm-manifest.js";
import type { SourceRow } from "../../model/warm-source.js";
import { compileValue } from "./compile-value.js";
import { templateOf, type Template } from "../../model/row-template.js";
import { ttlOf } from "./ttl.js";

/** A row that has no item: why, as a clause; `expired` where its time is over before it is written. */
export interface NoItem {
  reason: string;
  expired: boolean;
}

/**
 * One row as an item.
 *
 * @param json the row's own JSON where the source has it: kept as it is, since parsing loses digits of large numbers
 */
export type MapRow = (row: SourceRow, json: string | undefined, nowMs: number) => WarmItem | NoItem;

/** The longest key that Redis takes is 512 MB; one beyond this is a mapping gone wrong. */
const longestKey = 65_536;

/** Pure. @throws TypeError for a template that `parseTemplate` refuses: a manifest has been checked before */
export function compileMapping(spec: MappingSpec, pack: Pack): MapRow {
  const key = templateOf(spec.key);
  const tags = spec.tags.map(templateOf);
  // A dump is a copy: a key that lived for ever there does so here. In any other row, no TTL is a TTL that is missing.
  const ttl = ttlOf(spec.ttl, spec.ttlJitter, { nullIsForEver: spec.type === "restore" });
  const value = compileValue(spec, pack);
  const noTags: readonly string[] = [];
  return (row, json, nowMs) => {
    const keyText = key.render(row);
    if (keyText === null) return lacking(`the key: ${key.whyNot(row)}`);
    const keyBytes = bytesOfText(keyText);
    if (keyBytes.length === 0 || keyBytes.length > longestKey)
      return lacking(`the key is ${keyBytes.length} bytes long`);
    const ttlMs = ttl(row, keyBytes, nowMs);
    if (typeof ttlMs === "string") return lacking(ttlMs);
    if (ttlMs !== null && ttlMs <= 0) return { reason: "its time is over", expired: true };
    const data = value(row, json);
    if (typeof data === "string") return lacking(data);
    const itemTags = tags.length === 0 ? noTags : renderTags(tags, spec.tagPrefix, row);
    if (typeof itemTags === "string") return lacking(itemTags);
    return { key: keyBytes, value: data, ttlMs: ttlMs === null ? null : Math.ceil(ttlMs), tags: itemTags };
  };
}

function lacking(reason: string): NoItem {
  return { reason, expired: false };
}

function renderTags(tags: readonly Template[], prefix: string, row: SourceRow): readonly string[] | string {
  const names = new Set<string>();
  for (const tag of tags) {
    const text = tag.render(row);
    if (text === null) return `a tag: ${tag.whyNot(row)}`;
    names.add(bytesOfText(prefix + text));
  }
  return [...names];
}
