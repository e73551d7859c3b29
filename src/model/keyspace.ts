import type { NodeRole } from "./node.js";

/**
 * What a pass over all keys of a target found, a topic each. All plain JSON. Key names and patterns are text as
 * `printableKey` writes it: UTF-8 where the bytes are that, else with `\xNN`.
 */

/** A sum over keys: exact (`plusMinus` 0) when each key was looked at, else an estimate with the half-width of its 95 % interval. */
export interface Figure {
  value: number;
  plusMinus: number;
}

/** How the pass went, node by node: what every other topic rests on. */
export interface ScanFacts {
  /** Every key of every chosen node was looked at (as far as `match`, `type` and the database allow). */
  complete: boolean;
  /** Why not, as clauses that may follow "because ": a node died, `--limit` was reached, keys are not permitted, interrupted. */
  gaps: string[];
  /** Share of the keys that were measured, above 0, at most 1. */
  sampleRatio: number;
  match: string | null;
  type: string | null;
  /** Lists that the keys were taken from, in the order of the report. */
  nodes: NodeScan[];
}

export interface NodeScan {
  node: string;
  role: NodeRole;
  /** DBSIZE of the scanned databases when the pass began (`curr_items` on Memcached); null: not reported. */
  expectedKeys: number | null;
  /** Names that SCAN gave, each counted once a page. */
  seenKeys: number;
  /** Of those, how many were measured: fewer with `--sample`. */
  measuredKeys: number;
  /** Gone, or of another type, before they could be measured. */
  vanishedKeys: number;
  /** Keys that the login may not look at (an ACL with key patterns). */
  deniedKeys: number;
  /**
   * Commands of the scan that were refused as such, or left out because they would have touched the keys (xLEN before 7.2):
   * their column is null for every key. `command` as in `longestCommand`, or `elements`; `reason` as in a missing fact.
   */
  refused: { command: string; cause: "not-permitted" | "not-supported"; reason: string }[];
  seconds: number;
  /** The part that could not be seen of this node, as a clause; null when all of it was. */
  gap: string | null;
  /** `--limit` ended the scan of this node: a gap that was asked for. */
  limitReached: boolean;
  /** What the scan did to the server's own counters: lookups it added to `keyspace_hits`. */
  addedLookups: number;
  commands: number;
  /** The longest that one command of the scan held the server, and how that is known; null with the reason beside it. */
  longestCommand: LongestCommand | null;
  longestCommandUnknown: string | null;
  /** Times that the scan waited or made its pages smaller because the server's answers took longer than `--max-latency`. */
  slowdowns: number;
  /**
   * How much longer than on the idle node a PING beside the scan took, at its worst: the least of three in a row, less the
   * time that this program was busy itself. Milliseconds; null where none was answered.
   */
  addedLatencyMs: number | null;
}

export interface LongestCommand {
  /** `SCAN`, `MEMORY USAGE`, … */
  command: string;
  milliseconds: number;
  /** slowlog: measured · histogram: the upper bound of its bucket · slowlog-threshold: nothing was slower than what the slow log records. */
  basis: "slowlog" | "histogram" | "slowlog-threshold";
}

export interface TypeTotals {
  keys: Figure;
  bytes: Figure | null;
  /** Members, fields, items or entries; null for strings and where they could not be counted. */
  elements: Figure | null;
}

export interface KeyTotals {
  keys: Figure;
  bytes: Figure | null;
  /** Of the names themselves; part of `bytes`. */
  nameBytes: Figure;
  byType: Record<string, TypeTotals>;
}

export interface TopKey {
  key: string;
  node: string;
  database: number;
  /** Hash slot; null outside a cluster. */
  slot: number | null;
  type: string | null;
  bytes: number | null;
  elements: number | null;
  encoding: string | null;
  /** -1: none. */
  ttlMs: number | null;
  idleSeconds: number | null;
}

/** The largest first; of equal ones the lesser name first, so that the order never depends on the scan's. */
export interface TopKeysFacts {
  overall: TopKey[];
  byType: Record<string, TopKey[]>;
  /** Keys that are exactly as large as the last of `overall` and are not listed. */
  moreEqual: number;
}

export interface Quantiles {
  p10: number;
  p50: number;
  p90: number;
  max: number;
}

export interface KeyGroup {
  /** `user:*:profile` */
  pattern: string;
  /** One of its names. */
  example: string;
  keys: Figure;
  bytes: Figure | null;
  /** Of all bytes seen; of all keys where bytes are not known. */
  sharePercent: number;
  averageBytes: number | null;
  largestBytes: number | null;
  averageNameBytes: number;
  /** Keys without a TTL, and their bytes; null where TTLs could not be asked. */
  withoutTtl: Figure | null;
  withoutTtlBytes: Figure | null;
  /** Of the keys that have one; seconds left. */
  ttlSeconds: Quantiles | null;
  /** Type → keys. */
  types: Record<string, number>;
  /** Encoding → keys, of those that were asked. */
  encodings: Record<string, number>;
  /** Of those that were asked. */
  idleSeconds: Quantiles | null;
  /** Memcached: never read since stored, in percent. */
  neverFetchedPercent: number | null;
}

export interface KeyGroupsFacts {
  /** By bytes (by keys where those are not known), most first. */
  groups: KeyGroup[];
  /** What the list leaves out; null when it is whole. */
  others: { groups: number; keys: Figure; bytes: Figure | null } | null;
}

export interface TtlFacts {
  withTtl: Figure;
  withoutTtl: Figure;
  withTtlBytes: Figure | null;
  withoutTtlBytes: Figure | null;
  /** Keys whose TTL could not be asked. */
  unknownKeys: number;
  /** Time left, ascending; the last is open-ended. */
  distribution: { fromSeconds: number; toSeconds: number | null; keys: Figure; bytes: Figure | null }[];
  /** The fullest minutes, most first, at most ten: keys due within one minute (`at`: Unix seconds of its beginning). */
  cliffs: { at: number; keys: Figure; percent: number }[];
  /** Most keys without TTL by bytes: pattern → figures, at most ten. */
  groupsWithout: { pattern: string; keys: Figure; bytes: Figure | null }[];
}

export const wasteKinds = [
  "just-over-compact-limit",
  "tiny-strings",
  "large-values",
  "compressible-values",
  "json-strings",
  "long-names",
  "near-empty-collections",
  "untrimmed-streams",
  "stuck-consumer-groups",
  "locks-without-ttl",
  "sessions-without-ttl",
] as const;
export type WasteKind = (typeof wasteKinds)[number];

export interface WasteItem {
  kind: WasteKind;
  /** The group or key it is about. */
  pattern: string;
  keys: number;
  /** What these keys use now; null where it could not be asked. */
  bytes: number | null;
  /** What the advice would save; null where it saves none or cannot be told. */
  savedBytes: number | null;
  confidence: "high" | "medium" | "low";
  /** How the saving was estimated: from how many keys, with which formula. */
  basis: string;
  advice: string;
}

export interface WasteFacts {
  /** Most bytes saved first. */
  items: WasteItem[];
  /** What was not looked into, and why. */
  unknown: { kind: WasteKind; reason: string }[];
}

export interface SkewFacts {
  nodes: { node: string; keys: Figure; bytes: Figure | null; slots: number | null }[];
  /** Heaviest first, at most 20; empty outside a cluster. */
  slots: SlotLoad[];
  /** Heaviest first, at most 20. Found in bounded memory: `plusMinus` says by how much each may be too high. */
  hashTags: { tag: string; keys: Figure; bytes: Figure | null; slot: number | null }[];
}

export interface SlotLoad {
  slot: number;
  node: string;
  keys: Figure;
  bytes: Figure | null;
  /** From CLUSTER SLOT-STATS, since it was last reset; null where there is none. */
  cpuMicroseconds: number | null;
  networkBytes: number | null;
}

export interface HotKeysFacts {
  /** hotkeys: HOTKEYS (8.6+) · frequency: OBJECT FREQ under an LFU policy · monitor: a MONITOR burst. */
  method: "hotkeys" | "frequency" | "monitor";
  /** What `score` is, with its unit, as a column title. */
  metric: string;
  /** How long was watched; null for `frequency`, a counter that decays. */
  seconds: number | null;
  /** Most first. */
  keys: HotKey[];
  notes: string[];
}

export interface HotKey {
  key: string;
  node: string;
  slot: number | null;
  score: number;
  /** Of all that was counted on that node; null where the whole is not known. */
  percent: number | null;
}

/** Memcached's classes, as the dump and `stats slabs`/`stats items` show them. */
export interface ItemClassFacts {
  classes: ItemClass[];
  neverFetchedPercent: number | null;
  ageSeconds: Quantiles | null;
}

export interface ItemClass {
  node: string;
  slabClass: number;
  /** Bytes of one chunk; what an item leaves of it is lost. */
  chunkBytes: number | null;
  items: number;
  itemBytes: number;
  /** Chunk bytes that hold no item data, in percent of the chunks in use. */
  wastedPercent: number | null;
  neverFetchedPercent: number | null;
  evicted: number | null;
  verdict: string;
}

export interface KeyspaceTopics {
  scan: ScanFacts;
  keyTotals: KeyTotals;
  /** By bytes. */
  largestKeys: TopKeysFacts;
  /** By elements; collections only. */
  longestKeys: TopKeysFacts;
  keyGroups: KeyGroupsFacts;
  ttls: TtlFacts;
  waste: WasteFacts;
  skew: SkewFacts;
  hotKeys: HotKeysFacts;
  itemClasses: ItemClassFacts;
}

export type KeyspaceTopic = keyof KeyspaceTopics;
