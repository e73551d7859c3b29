import type { KeyPage } from "../../model/key-page.js";
import type { KeyHandle } from "../../model/closer-look.js";
import type { Sum } from "./figure.js";
import { FewValues } from "./few-values.js";
import { KeySamples } from "./key-samples.js";
import { Tally } from "./tally.js";
import { WasteCounts } from "./waste-counts.js";

/** What is kept of the keys of one group. There may be tens of thousands of these, so what is rare is made when it occurs. */
export class GroupStatistics {
  keys = 0;
  /** Of the keys whose bytes are known. */
  measuredKeys = 0;
  bytes: Sum = { sum: 0, squares: 0 };
  largestBytes = 0;
  nameBytes = 0;
  /** Keys whose TTL is known; of those, without one, and the bytes of these. */
  ttlKeys = 0;
  withoutTtl = 0;
  withoutTtlBytes: Sum = { sum: 0, squares: 0 };
  /** Memcached: items, and those never read since they were stored. */
  items = 0;
  neverFetched = 0;
  types = new Tally();
  encodings: Tally | null = null;
  /** Seconds left of the keys that have a TTL. */
  ttlSeconds: FewValues | null = null;
  idleSeconds: FewValues | null = null;
  waste = new WasteCounts();
  readonly #samples: KeySamples;

  constructor(random: () => number, samples: KeySamples = new KeySamples(random)) {
    this.#samples = samples;
  }

  /** At most eight of its keys, each as likely as any other. */
  get samples(): KeyHandle[] {
    return this.#samples.handles;
  }

  /** One of its names, for people; null when it has no keys. */
  get example(): string | null {
    return this.#samples.example();
  }

  add(page: KeyPage, i: number): void {
    const nameLength = page.names[i]?.length ?? 0;
    const type = page.types[i] ?? null;
    const bytes = page.bytes[i] ?? null;
    const ttlMs = page.ttlMs[i] ?? null;
    const encoding = page.encodings[i] ?? null;
    const idle = page.idleSeconds[i] ?? null;
    this.keys++;
    this.nameBytes += nameLength;
    if (bytes !== null) this.addBytes(bytes);
    if (ttlMs !== null) this.addTtl(ttlMs, bytes);
    if (type !== null) this.types.add(type);
    if (encoding !== null) (this.encodings ??= new Tally()).add(encoding);
    if (idle !== null) (this.idleSeconds ??= new FewValues()).add(idle);
    if (page.items !== null) {
      this.items++;
      if (page.items.fetched[i] === false) this.neverFetched++;
    }
    this.waste.add(type, bytes, page.elements[i] ?? null, nameLength, ttlMs, encoding);
    this.#samples.add(page, i, this.keys);
  }

  merge(other: GroupStatistics): void {
    this.#samples.merge(other.#samples, this.keys, other.keys);
    this.keys += other.keys;
    this.measuredKeys += other.measuredKeys;
    addSum(this.bytes, other.bytes);
    this.largestBytes = Math.max(this.largestBytes, other.largestBytes);
    this.nameBytes += other.nameBytes;
    this.ttlKeys += other.ttlKeys;
    this.withoutTtl += other.withoutTtl;
    addSum(this.withoutTtlBytes, other.withoutTtlBytes);
    this.items += other.items;
    this.neverFetched += other.neverFetched;
    this.types.merge(other.types);
    if (other.encodings !== null) (this.encodings ??= new Tally()).merge(other.encodings);
    if (other.ttlSeconds !== null) (this.ttlSeconds ??= new FewValues()).merge(other.ttlSeconds);
    if (other.idleSeconds !== null) (this.idleSeconds ??= new FewValues()).merge(other.idleSeconds);
    this.waste.merge(other.waste);
  }

  save(): unknown {
    const saved: SavedStatistics = {
      counts: countNames.map((name) => this[name]),
      bytes: { ...this.bytes },
      withoutTtlBytes: { ...this.withoutTtlBytes },
      types: this.types.entries(),
      encodings: this.encodings?.entries() ?? null,
      ttlSeconds: this.ttlSeconds?.save() ?? null,
      idleSeconds: this.idleSeconds?.save() ?? null,
      waste: this.waste.save(),
      samples: this.#samples.save(),
    };
    return saved;
  }

  static restore(saved: unknown, random: () => number): GroupStatistics {
    const state = saved as SavedStatistics;
    const statistics = new GroupStatistics(random, KeySamples.restore(state.samples, random));
    for (const [i, name] of countNames.entries()) statistics[name] = state.counts[i] ?? 0;
    statistics.bytes = { ...state.bytes };
    statistics.withoutTtlBytes = { ...state.withoutTtlBytes };
    statistics.types = tallyOf(state.types);
    if (state.encodings !== null) statistics.encodings = tallyOf(state.encodings);
    if (state.ttlSeconds !== null) statistics.ttlSeconds = FewValues.restore(state.ttlSeconds);
    if (state.idleSeconds !== null) statistics.idleSeconds = FewValues.restore(state.idleSeconds);
    statistics.waste = WasteCounts.restore(state.waste);
    return statistics;
  }

  private addBytes(bytes: number): void {
    this.measuredKeys++;
    this.bytes.sum += bytes;
    this.bytes.squares += bytes * bytes;
    if (bytes > this.largestBytes) this.largestBytes = bytes;
  }

  private addTtl(ttlMs: number, bytes: number | null): void {
    this.ttlKeys++;
    if (ttlMs !== -1) {
      (this.ttlSeconds ??= new FewValues()).add(Math.ceil(ttlMs / 1000));
      return;
    }
    this.withoutTtl++;
    if (bytes === null) return;
    this.withoutTtlBytes.sum += bytes;
    this.withoutTtlBytes.squares += bytes * bytes;
  }
}

const countNames = [
  "keys",
  "measuredKeys",
  "largestBytes",
  "nameBytes",
  "ttlKeys",
  "withoutTtl",
  "items",
  "neverFetched",
] as const;

interface SavedStatistics {
  counts: number[];
  bytes: Sum;
  withoutTtlBytes: Sum;
  types: [string, number][];
  encodings: [string, number][] | null;
  ttlSeconds: unknown;
  idleSeconds: unknown;
  waste: unknown;
  samples: unknown;
}

function addSum(into: Sum, other: Sum): void {
  into.sum += other.sum;
  into.squares += other.squares;
}

function tallyOf(entries: [string, number][]): Tally {
  const tally = new Tally();
  for (const [name, count] of entries) tally.add(name, count);
  return tally;
}
