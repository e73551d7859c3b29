import type { Product } from "../../model/facts.js";
import { isAtLeast } from "../../model/version-number.js";

/** What the server spends beside the data, as far as another encoding would spare it. Bytes of used_memory. */
export interface EncodingCosts {
  /** For whom, as it may follow "measured on". */
  measuredOn: string;
  /** A key of its own against a field of a listpack hash, beyond the part of the name that becomes shorter. */
  key: number;
  /** What MEMORY USAGE of a small string holds beside its name and value: the least that was seen. */
  stringBesideData: number;
  /** An element of the large encoding against the same in the compact one. */
  element: { hash: number; zset: number; set: number };
  /** An integer in a hash table, by MEMORY USAGE against used_memory: above 0 where the command says too much. */
  setOverstated: number;
}

/*
 * Measured with jemalloc on Redis 6.0.16, 7.0.15, 8.0.2 and 8.0.6, Valkey 8.1.1 and 9.1.2, as the difference of used_memory over
 * the number of keys or elements, before and after; values of random text.
 *
 * key: 131,072 strings with names of 12 to 40 bytes and values of 8 to 40, against the same values in hashes of 100 fields. Beside
 * name and value a string took 68–80 on Redis (all versions), 41–53 on Valkey 8.1, 35–49 on 9.1; a field of the listpack
 * took 4–10 beside its name and value everywhere. Collections of one element lie between 0 and 15 above that.
 *
 * element: hashes of 520 to 1,020 fields (5 bytes, values of 8 to 32) and sets of 135 to 255 texts (8 to 32 bytes), six sizes by six
 * lengths; median, and the middle half, since it hangs on how lengths fall into the allocator's bins. Hashes: Redis 48
 * (46–53), Valkey 25 (21–29), which keeps field and value in one allocation. Sets: Redis 8 20 (17–26), Valkey 22 (19–25), and
 * less where members of all lengths are mixed (Valkey 15, at 200 members), so the lower end is taken. Sorted
 * sets of 150 to 250 members (10 to 40 bytes): Redis 95–111, Valkey 8.1 72–74, Valkey 9.1 56–58. MEMORY USAGE is within 8 bytes an
 * element of used_memory, except for Redis 8's sets: 18–20 too much.
 */
const redis: EncodingCosts = {
  measuredOn: "Redis 6.0 to 8.0",
  key: 68,
  stringBesideData: 52,
  element: { hash: 48, zset: 100, set: 18 },
  setOverstated: 0,
};

const redis8: EncodingCosts = { ...redis, setOverstated: 19 };

const valkey8: EncodingCosts = {
  measuredOn: "Valkey 8.1",
  key: 42,
  stringBesideData: 0,
  element: { hash: 25, zset: 72, set: 19 },
  setOverstated: 0,
};

const valkey9: EncodingCosts = {
  measuredOn: "Valkey 9.1",
  key: 34,
  stringBesideData: 18,
  element: { hash: 25, zset: 56, set: 19 },
  setOverstated: 0,
};

/** Where the product is not known: of each the least that it may be, so that no saving is promised that is not there. */
const leastOfAll: EncodingCosts = {
  measuredOn: "the most economical of Redis 6.0 to 8.0 and Valkey 8.1 to 9.1",
  key: 34,
  stringBesideData: 0,
  element: { hash: 21, zset: 56, set: 17 },
  setOverstated: 19,
};

/** The costs on such a server. */
export function encodingCosts(server: { product: Product; version: string } | null): EncodingCosts {
  if (server === null) return leastOfAll;
  const { product, version } = server;
  if (product === "redis") return isAtLeast(version, "8.0") === true ? redis8 : redis;
  // Up to 8.0 Valkey kept its keys as Redis does; its new hash table came with 8.1.
  if (isAtLeast(version, "8.1") !== true) return redis;
  return isAtLeast(version, "9.0") === true ? valkey9 : valkey8;
}
