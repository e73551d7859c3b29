/** What a manifest says, checked: where rows come from, and what each becomes in the cache. */
export interface WarmManifest {
  /** Names the run in its lock, its checkpoint and its metrics. */
  name: string;
  /** Profile name or URL; null: the command line says it. */
  target: string | null;
  /** The `source` field as the source's own schema gave it. */
  source: SourceSpec;
  mapping: MappingSpec;
}

export interface SourceSpec {
  kind: string;
}

export const itemTypes = ["string", "json", "hash", "set", "zset", "list", "restore"] as const;

export type ItemType = (typeof itemTypes)[number];

export interface MappingSpec {
  /** A template: `user:{id}`. */
  key: string;
  type: ItemType;
  /**
   * string: a template. json: a field path, null for the whole row. hash, set, list: a field path, null for the whole row (hash
   * only). zset: the path of a mapping member → score, or of a list of [member, score]. restore: the path of the dump.
   */
  value: string | null;
  /** hash and json without `value`: only these fields of the row; null: all. */
  fields: string[] | null;
  ttl: TtlSpec;
  /** Share of the TTL by which keys expire earlier, each by its own fixed part of it; 0: none. */
  ttlJitter: number;
  /** Templates. */
  tags: string[];
  /** Before a tag's name; the set of a tag's keys. */
  tagPrefix: string;
  /** How values are stored; see {@link Packing}. */
  packing: Packing;
}

/** for: the item lives that long; at: until that time. Field values: seconds or milliseconds; `at` also takes ISO 8601. */
export type TtlSpec =
  | { kind: "none" }
  | { kind: "fixed"; ms: number }
  | { kind: "field"; path: string; as: "for" | "at"; unitMs: 1 | 1_000 };

export interface Packing {
  encode: "text" | "msgpack";
  compress: { codec: "gzip" | "zstd"; aboveBytes: number } | null;
}

/** Turns a value into the bytes that are stored, one character a byte: serialized, and compressed above a threshold. */
export interface Pack {
  /** `json`: the value's own JSON where it is known. */
  value(value: unknown, json: string | undefined): string;
  text(text: string): string;
  bytes(bytes: Uint8Array): string;
}

/** One row as what is to be stored. Texts are one character a byte. */
export interface WarmItem {
  key: string;
  value: WarmValue;
  /** Null: it never expires. */
  ttlMs: number | null;
  /** Names of tag sets, with their prefix. */
  tags: readonly string[];
}

export type WarmValue =
  | { type: "string"; data: string }
  /** Fields and values in turn. */
  | { type: "hash"; pairs: string[] }
  | { type: "set"; members: string[] }
  | { type: "list"; members: string[] }
  /** Scores and members in turn, as ZADD takes them. */
  | { type: "zset"; pairs: string[] }
  /** What DUMP gave. */
  | { type: "restore"; data: string };
