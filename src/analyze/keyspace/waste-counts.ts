/** Below this a string's overhead weighs as much as its value. RedisInsight's limit for "many small strings". Bytes, as MEMORY USAGE says. */
export const tinyStringBytes = 200;

/** RedisInsight's limit for a string that is too large. Bytes. */
export const largeValueBytes = 100_000;

/** A name longer than this is usually a document's worth of context in each key. */
export const longNameBytes = 100;

/** Element counts outside of these cannot lie just over a limit that anybody sets. */
const fewestElements = 32;
const mostElements = 65_536;

/** Only these types have a compact encoding that ends at a number of elements; a list's nodes stay compact at any length. */
const limitedTypes = ["hash", "set", "zset"] as const;
/** Modules' types and items of Memcached have no number of elements. */
const countedTypes = new Set<string>([...limitedTypes, "list"]);

export type LimitedType = (typeof limitedTypes)[number];

/** Collections of one type whose element count lies in (`above`, `upTo`]. */
export interface ElementRange {
  type: LimitedType;
  above: number;
  upTo: number;
  keys: number;
  elements: number;
  /** Of the keys whose bytes are known, `measuredElements` theirs. */
  bytes: number;
  measuredElements: number;
}

/** How many numbers of `#ranges` belong to one range: its code, keys, elements, bytes, measured elements. */
const stride = 5;

/**
 * What the waste report needs of one group of keys. There are thousands of these and every key comes by, so it is
 * plain counters, and what is rare is allocated when it happens.
 */
export class WasteCounts {
  keys = 0;
  /** Of the keys whose bytes are known. */
  bytes = 0;
  /** Keys whose bytes, or whose TTL, are not known. */
  unmeasured = 0;
  unknownTtls = 0;
  strings = 0;
  stringBytes = 0;
  /** Strings under 200 bytes. */
  tinyStrings = 0;
  tinyStringBytes = 0;
  /** Of those, the ones known to have no TTL. */
  lastingTinyStrings = 0;
  lastingTinyBytes = 0;
  lastingTinyNameBytes = 0;
  /** Strings over 100,000 bytes. */
  largeValues = 0;
  largeValueBytes = 0;
  /** Names over 100 bytes, and the sum of their lengths. */
  longNames = 0;
  longNameBytes = 0;
  /** Collections whose elements were counted and are exactly one. */
  singleElements = 0;
  singleElementBytes = 0;
  lastingSingleElements = 0;
  /** Collections whose elements could not be counted. */
  uncounted = 0;
  uncountedBytes = 0;
  /** Keys known to have no TTL. */
  withoutTtl = 0;
  withoutTtlBytes = 0;
  streams = 0;
  streamBytes = 0;
  /** Sets known to be encoded as integers: what the group's larger sets most likely hold, too. */
  intsets = 0;
  #ranges: number[] | null = null;

  /** One key; null: not known, as in a KeyPage. */
  add(
    type: string | null,
    bytes: number | null,
    elements: number | null,
    nameLength: number,
    ttlMs: number | null,
    encoding: string | null,
  ): void {
    const lasts = ttlMs === -1;
    this.keys++;
    if (bytes === null) this.unmeasured++;
    else this.bytes += bytes;
    if (nameLength > longNameBytes) {
      this.longNames++;
      this.longNameBytes += nameLength;
    }
    if (lasts) {
      this.withoutTtl++;
      this.withoutTtlBytes += bytes ?? 0;
    } else if (ttlMs === null) this.unknownTtls++;
    if (type === "string") this.addString(bytes, nameLength, lasts);
    else if (type !== null) this.addCollection(type, bytes, elements, lasts, encoding);
  }

  merge(other: WasteCounts): void {
    for (const name of counterNames) this[name] += other[name];
    const ranges = other.#ranges ?? [];
    for (let at = 0; at < ranges.length; at += stride) {
      const mine = this.slot(ranges[at] ?? 0);
      for (let i = 1; i < stride; i++)
        mine.ranges[mine.at + i] = (mine.ranges[mine.at + i] ?? 0) + (ranges[at + i] ?? 0);
    }
  }

  /** Quarters of a doubling, those with keys only, in no order. */
  elementRanges(): ElementRange[] {
    const ranges = this.#ranges ?? [];
    return Array.from({ length: ranges.length / stride }, (_, i) => {
      const [code = 0, keys = 0, elements = 0, bytes = 0, measuredElements = 0] = ranges.slice(i * stride);
      return { ...describe(code), keys, elements, bytes, measuredElements };
    });
  }

  save(): unknown {
    return { counters: counterNames.map((name) => this[name]), ranges: this.#ranges };
  }

  /** The counts as they were when they were saved. */
  static restore(saved: unknown): WasteCounts {
    const { counters, ranges } = saved as { counters: number[]; ranges: number[] | null };
    const counts = new WasteCounts();
    for (const [i, name] of counterNames.entries()) counts[name] = counters[i] ?? 0;
    counts.#ranges = ranges === null ? null : [...ranges];
    return counts;
  }

  private addString(bytes: number | null, nameLength: number, lasts: boolean): void {
    this.strings++;
    if (bytes === null) return;
    this.stringBytes += bytes;
    if (bytes < tinyStringBytes) {
      this.tinyStrings++;
      this.tinyStringBytes += bytes;
      if (!lasts) return;
      this.lastingTinyStrings++;
      this.lastingTinyBytes += bytes;
      this.lastingTinyNameBytes += nameLength;
    } else if (bytes > largeValueBytes) {
      this.largeValues++;
      this.largeValueBytes += bytes;
    }
  }

  private addCollection(
    type: string,
    bytes: number | null,
    elements: number | null,
    lasts: boolean,
    encoding: string | null,
  ): void {
    if (type === "stream") {
      this.streams++;
      this.streamBytes += bytes ?? 0;
      return;
    }
    if (elements === null) {
      if (!countedTypes.has(type)) return;
      this.uncounted++;
      this.uncountedBytes += bytes ?? 0;
    } else if (elements === 1) {
      this.singleElements++;
      this.singleElementBytes += bytes ?? 0;
      if (lasts) this.lastingSingleElements++;
    } else if (elements > fewestElements && elements <= mostElements && !isCompact(encoding)) {
      const typeIndex = limitedTypes.indexOf(type as LimitedType);
      if (typeIndex !== -1) this.addToRange(typeIndex * 1000 + quarterOf(elements), elements, bytes);
    }
    if (encoding === "intset") this.intsets++;
  }

  private addToRange(code: number, elements: number, bytes: number | null): void {
    const { ranges, at } = this.slot(code);
    ranges[at + 1] = (ranges[at + 1] ?? 0) + 1;
    ranges[at + 2] = (ranges[at + 2] ?? 0) + elements;
    if (bytes === null) return;
    ranges[at + 3] = (ranges[at + 3] ?? 0) + bytes;
    ranges[at + 4] = (ranges[at + 4] ?? 0) + elements;
  }

  /** Where the numbers of a range are: a group has few ranges, so looking through them beats a map. */
  private slot(code: number): { ranges: number[]; at: number } {
    const ranges = (this.#ranges ??= []);
    let at = 0;
    while (at < ranges.length && ranges[at] !== code) at += stride;
    if (at === ranges.length) ranges.push(code, 0, 0, 0, 0);
    return { ranges, at };
  }
}

type Counter = { [K in keyof WasteCounts]: WasteCounts[K] extends number ? K : never }[keyof WasteCounts];

const counterNames: readonly Counter[] = [
  "keys",
  "bytes",
  "unmeasured",
  "unknownTtls",
  "strings",
  "stringBytes",
  "tinyStrings",
  "tinyStringBytes",
  "lastingTinyStrings",
  "lastingTinyBytes",
  "lastingTinyNameBytes",
  "largeValues",
  "largeValueBytes",
  "longNames",
  "longNameBytes",
  "singleElements",
  "singleElementBytes",
  "lastingSingleElements",
  "uncounted",
  "uncountedBytes",
  "withoutTtl",
  "withoutTtlBytes",
  "streams",
  "streamBytes",
  "intsets",
];

/** Where the encoding is known and already the small one, there is nothing to gain. */
function isCompact(encoding: string | null): boolean {
  return encoding === "listpack" || encoding === "ziplist" || encoding === "intset" || encoding === "listpackex";
}

/** Which quarter of a doubling: counts in (2^b·(1+s/4), 2^b·(1+(s+1)/4)] share the code 4b+s. */
function quarterOf(elements: number): number {
  const doubling = 31 - Math.clz32(elements - 1);
  return doubling * 4 + (((elements - 1) >> (doubling - 2)) & 3);
}

function describe(code: number): { type: LimitedType; above: number; upTo: number } {
  const quarter = code % 1000;
  const quarterLength = 2 ** ((quarter >> 2) - 2);
  const above = quarterLength * (4 + (quarter & 3));
  return { type: limitedTypes[Math.floor(code / 1000)] ?? "hash", above, upTo: above + quarterLength };
}
