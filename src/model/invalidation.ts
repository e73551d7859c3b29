/** How an application keeps which keys carry a tag (docs/invalidate.md). */
export const tagSchemes = ["set", "zset", "version", "laravel", "symfony"] as const;
export type TagScheme = (typeof tagSchemes)[number];

/** What a profile or the command line says about tags; null: not said, so it is looked for. */
export interface TagSettings {
  scheme: TagScheme | null;
  prefix: string | null;
}

/** How the application's client chooses a Memcached server for a key. */
export const memcachedHashings = ["ketama", "modulo", "memjs"] as const;
export type MemcachedHashing = (typeof memcachedHashings)[number];

/** A set or sorted set whose members name the keys of a tag. Names are one character a byte. */
export interface TagSet {
  /** As the user wrote it. */
  tag: string;
  name: string;
  kind: "set" | "zset";
  scheme: Exclude<TagScheme, "version">;
  /** Stands before a member to make it a key. */
  memberPrefix: string;
  /** Members that begin with this may be tag sets themselves; null: there are no nested tags in this scheme. */
  nestedPrefix: string | null;
}

/** What is done to the keys that were found. */
export type InvalidationAction =
  | { kind: "delete" }
  /** Their time to live becomes at most this, each by its own jitter. */
  | { kind: "stale"; seconds: number }
  /** Nothing is done to keys: only members without a key are cleared out of their tag sets. */
  | { kind: "prune" };

/** Whose keys are left alone although they were selected. */
export interface KeyFilter {
  /** Only keys that nobody used for so long. Null: all. */
  olderThanSeconds: number | null;
  /** Only keys with this hash tag, without its braces. One character a byte. Null: all. */
  scope: string | null;
}

/** What happened to the keys of a selector. Every number was answered by a server. */
export interface InvalidationCounts {
  /** Members of tag sets, or names, that were looked at. */
  seen: number;
  /** Keys that were there and are deleted. */
  deleted: number;
  /** Keys whose time to live was shortened, or that were marked stale. */
  staled: number;
  /** Names without a key. */
  gone: number;
  /** Left alone by --older-than, --scope, --all, or because they expire sooner anyway. */
  kept: number;
  /** Members taken out of tag sets. */
  untagged: number;
  /** Members put back, because their key had been written again meanwhile. */
  retagged: number;
  /** Could not be dealt with: refused, or their server did not answer. */
  failed: number;
}

export function noCounts(): InvalidationCounts {
  return { seen: 0, deleted: 0, staled: 0, gone: 0, kept: 0, untagged: 0, retagged: 0, failed: 0 };
}
