/**
 * One page of keys of one node, as a scan hands it on: columns, so that half a million keys a second cost no objects. Index
 * i of every column is the same key. Keys that vanished before they could be measured are not in it.
 */
export interface KeyPage {
  /** Address of the node that the keys were read from. */
  node: string;
  database: number;
  /** Unix milliseconds at which the answers arrived: a TTL counts from here. */
  readAtMs: number;
  /**
   * One character a byte (latin1), since a name may be any bytes. These are slices of a larger text that they keep alive:
   * whoever keeps one beyond the page copies it with `ownText`.
   */
  names: string[];
  /** As TYPE says, or `item` on Memcached; null where the login may not ask. Interned: few distinct strings. */
  types: (string | null)[];
  /** MEMORY USAGE, or the whole item on Memcached. Null where it could not be asked. */
  bytes: (number | null)[];
  /** HLEN and its kin; null for strings, modules and where it could not be counted without touching the key. */
  elements: (number | null)[];
  /** Time to live; -1: none; null where it could not be asked. */
  ttlMs: (number | null)[];
  /** OBJECT ENCODING. Asked of some keys only: null of the others. */
  encodings: (string | null)[];
  /** Seconds since last use. Redis: of the same keys as `encodings`, or of all where the scan was asked to, unless the policy is LFU. Memcached: of all. */
  idleSeconds: (number | null)[];
  /** OBJECT FREQ, the logarithmic counter 0–255 of an LFU policy; null of keys that were not asked. */
  frequencies: (number | null)[];
  /** Memcached only: whether each item was ever fetched, and its slab class. */
  items: { fetched: boolean[]; slabClasses: number[] } | null;
}
