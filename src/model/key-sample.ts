/** A key of a bounded sample, with what tells whether and when it may be evicted. Null: not asked, or refused. */
export interface SampledKey {
  /** As `keyText` writes it. */
  name: string;
  type: string | null;
  bytes: number | null;
  /** -1: none. */
  ttlMs: number | null;
  /** Not tracked under an LFU policy. */
  idleSeconds: number | null;
  /** OBJECT FREQ, 0–255, under an LFU policy only. */
  frequency: number | null;
}

/** The sampled keys of one database of one node: they stand for all `totalKeys` of it. */
export interface SampleStratum {
  node: string;
  database: number;
  /** When the sample was taken; at least the number of `keys`. */
  totalKeys: number;
  keys: SampledKey[];
}

/** What a bounded look at the keys of a target gave. */
export interface KeySample {
  strata: SampleStratum[];
  /** Per-key commands that a node refused: each command once, with the nodes that did. */
  refused: { command: string; cause: "not-permitted" | "not-supported"; reason: string; nodes: string[] }[];
  /** Keys that were meant to be looked at and could not be, as clauses. */
  gaps: string[];
  /** Keys of the whole target that the sample was bounded to. */
  limitKeys: number;
  /** Commands that the sample sent to all nodes together. */
  commands: number;
  /** What it added to the servers' own `keyspace_hits`. */
  addedLookups: number;
}
