import type { ConfigFacts } from "../../model/facts.js";
import { settingNumber } from "../server-settings.js";

/** Up to how many elements, of up to how many bytes each, a type is kept in its compact encoding. */
export interface CompactLimit {
  /** As this server calls it: `hash-max-listpack-entries`, before 7.0 `hash-max-ziplist-entries`. */
  setting: string;
  entries: number;
  /** Null where the encoding knows no limit by bytes, or the server does not report it. */
  valueBytes: number | null;
}

/** Null: the server has no such encoding, or does not say. Lists have none: their nodes stay compact at any length. */
export interface CompactLimits {
  hash: CompactLimit | null;
  zset: CompactLimit | null;
  /** Sets of other members than integers, 7.2+. */
  set: CompactLimit | null;
  /** Sets of integers. */
  intset: CompactLimit | null;
}

/** The limits from CONFIG GET, under their old names too. */
export function compactLimits(config: ConfigFacts): CompactLimits {
  return {
    hash: packed(config, "hash"),
    zset: packed(config, "zset"),
    set: packed(config, "set"),
    intset: limit(config, "set-max-intset-entries", null),
  };
}

function packed(config: ConfigFacts, type: "hash" | "zset" | "set"): CompactLimit | null {
  return (
    limit(config, `${type}-max-listpack-entries`, `${type}-max-listpack-value`) ??
    limit(config, `${type}-max-ziplist-entries`, `${type}-max-ziplist-value`)
  );
}

function limit(config: ConfigFacts, setting: string, valueSetting: string | null): CompactLimit | null {
  const entries = settingNumber(config, setting);
  if (entries === null) return null;
  return { setting, entries, valueBytes: valueSetting === null ? null : settingNumber(config, valueSetting) };
}
