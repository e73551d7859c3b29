import { ownText } from "../../model/key-name.js";
import type { Figure } from "../../model/keyspace.js";
import { figure } from "./figure.js";

/** Tags that are counted each by itself. */
const capacity = 4_096;

/** Classes of tags by their CRC16, for the tags that are not. */
const classCount = 65_536;

/** Longer tags are not listed, or a few thousand of them could take gigabytes. Bytes. */
const longestTag = 256;

interface Tag {
  tag: string;
  crc: number;
  /** At least what the tag's keys weigh (bytes, or 1 where they are not known); too high by `tooHigh` at most. */
  weight: number;
  tooHigh: number;
  keys: number;
  keysTooHigh: number;
  /** Of the weights that were counted under this tag. */
  squares: number;
}

/**
 * The hash tags with the heaviest keys, in bounded memory however many tags there are: exact up to 4,096, then with a bound
 * on the error of each. Source: Homem and Carvalho, "Finding top-k elements in data streams" (2010), filtered
 * Space-Saving. Its filter matters here: a tag for each user is the usual case, and without one nearly every key would
 * push a tag out. Tags are pushed out by halves, so that no heap is kept in order for each key.
 */
export class HeavyTags {
  readonly #tags = new Map<string, Tag>();
  /** By class: the most that a tag of it may weigh, and the keys it may have, that is not among `#tags`. */
  readonly #unlistedWeight = new Float64Array(classCount);
  readonly #unlistedKeys = new Float64Array(classCount);
  /** By class: how many of `#tags` are of it. Most are of none, and need no look-up. */
  readonly #listed = new Uint16Array(classCount);
  /** What was pushed out weighs no more than this, so a tag must weigh more to enter. */
  #floor = 0;

  /** @param tagCrc CRC16 of the tag, which is `name` from `from` to `to` */
  add(name: string, from: number, to: number, tagCrc: number, bytes: number | null): void {
    if (to - from > longestTag) return;
    const weight = bytes ?? 1;
    if (this.#listed[tagCrc] !== 0) {
      const tag = this.#tags.get(name.slice(from, to));
      if (tag !== undefined) {
        tag.weight += weight;
        tag.squares += weight * weight;
        tag.keys++;
        return;
      }
    }
    const atMost = this.#unlistedWeight[tagCrc] ?? 0;
    const keysAtMost = this.#unlistedKeys[tagCrc] ?? 0;
    if (atMost + weight <= this.#floor) {
      this.#unlistedWeight[tagCrc] = atMost + weight;
      this.#unlistedKeys[tagCrc] = keysAtMost + 1;
      return;
    }
    if (this.#tags.size >= capacity) this.#pushOutHalf();
    this.#list({
      tag: ownText(name.slice(from, to)),
      crc: tagCrc,
      weight: atMost + weight,
      tooHigh: atMost,
      keys: keysAtMost + 1,
      keysTooHigh: keysAtMost,
      squares: weight * weight,
    });
  }

  /** The heaviest first, of equal ones the lesser tag. Where over half may be other tags', the figure says nothing: left out. */
  heaviest(limit: number, ratio: number): HeavyTag[] {
    return [...this.#tags.values()]
      .filter(({ weight, tooHigh }) => tooHigh <= weight / 2)
      .sort(heavierFirst)
      .slice(0, limit)
      .map(({ tag, crc, weight, tooHigh, squares, keys, keysTooHigh }) => ({
        tag,
        crc,
        weight: widened(figure({ sum: weight, squares }, ratio), tooHigh / ratio),
        keys: widened(figure({ sum: keys, squares: keys }, ratio), keysTooHigh / ratio),
      }));
  }

  save(): SavedHeavyTags {
    const unlisted: [number, number, number][] = [];
    for (const [ofClass, weight] of this.#unlistedWeight.entries()) {
      const keys = this.#unlistedKeys[ofClass] ?? 0;
      if (keys > 0) unlisted.push([ofClass, weight, keys]);
    }
    return { floor: this.#floor, tags: Array.from(this.#tags.values(), (tag) => ({ ...tag })), unlisted };
  }

  static restore({ floor, tags, unlisted }: SavedHeavyTags): HeavyTags {
    const heavy = new HeavyTags();
    heavy.#floor = floor;
    for (const tag of tags) heavy.#list({ ...tag });
    for (const [ofClass, weight, keys] of unlisted) {
      heavy.#unlistedWeight[ofClass] = weight;
      heavy.#unlistedKeys[ofClass] = keys;
    }
    return heavy;
  }

  #list(tag: Tag): void {
    this.#tags.set(tag.tag, tag);
    this.#listed[tag.crc] = (this.#listed[tag.crc] ?? 0) + 1;
  }

  #pushOutHalf(): void {
    for (const tag of [...this.#tags.values()].sort(heavierFirst).slice(capacity / 2)) {
      const ofClass = tag.crc;
      this.#tags.delete(tag.tag);
      this.#listed[ofClass] = (this.#listed[ofClass] ?? 1) - 1;
      // Whichever tag of the class comes next may be this one.
      this.#unlistedWeight[ofClass] = Math.max(this.#unlistedWeight[ofClass] ?? 0, tag.weight);
      this.#unlistedKeys[ofClass] = Math.max(this.#unlistedKeys[ofClass] ?? 0, tag.keys);
      this.#floor = Math.max(this.#floor, tag.weight);
    }
  }
}

export interface HeavyTag {
  tag: string;
  crc: number;
  /** Bytes; of keys whose bytes are not known, their number. */
  weight: Figure;
  keys: Figure;
}

/** Plain JSON. */
export interface SavedHeavyTags {
  floor: number;
  tags: Tag[];
  /** Class, weight, keys. */
  unlisted: [number, number, number][];
}

function heavierFirst(a: Tag, b: Tag): number {
  return b.weight - a.weight || (a.tag < b.tag ? -1 : 1);
}

function widened({ value, plusMinus }: Figure, by: number): Figure {
  return { value, plusMinus: plusMinus + Math.round(by) };
}
