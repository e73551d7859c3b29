import type { EvictionExposure, NamedKeys } from "../../model/eviction-exposure.js";
import type { KeyPage } from "../../model/key-page.js";
import { keyText, ownText } from "../../model/key-name.js";
import { isNamed, lockWords, tagWords } from "./names/telling-words.js";

const mostExamples = 3;

/** Zend_Cache's Redis backend, which Magento uses, keeps the ids of a tag in these. */
const tagPrefix = "zc:ti:";

/** Counts the keys of the pages that have no TTL, and the tag sets and locks among them. */
export class ExposureTally {
  #seenKeys = 0;
  #withoutTtl = 0;
  #unknownTtl = 0;
  #unknownType = 0;
  #measured = 0;
  #measuredBytes = 0;
  readonly #tagSets: NamedKeys = { keys: 0, examples: [] };
  readonly #locks: NamedKeys = { keys: 0, examples: [] };

  add({ names, types, bytes, ttlMs }: KeyPage): void {
    for (const [index, name] of names.entries()) {
      this.#seenKeys += 1;
      const ttl = ttlMs[index] ?? null;
      if (ttl === null) this.#unknownTtl += 1;
      if (ttl !== -1) continue;
      this.#withoutTtl += 1;
      const size = bytes[index] ?? null;
      if (size !== null) {
        this.#measured += 1;
        this.#measuredBytes += size;
      }
      const type = types[index] ?? null;
      if (type === null) this.#unknownType += 1;
      const holdsMembers = type === "set" || type === "zset";
      if (holdsMembers && (name.startsWith(tagPrefix) || isNamed(name, tagWords))) note(this.#tagSets, name);
      else if (isNamed(name, lockWords)) note(this.#locks, name);
    }
  }

  result(complete: boolean, gaps: string[]): EvictionExposure {
    return {
      ...{ seenKeys: this.#seenKeys, complete, withoutTtl: this.#withoutTtl },
      ...{ measured: this.#measured, measuredBytes: this.#measuredBytes },
      ...{ tagSets: this.#tagSets, locks: this.#locks, gaps: [...gaps, ...this.untold()] },
    };
  }

  private untold(): string[] {
    return [
      ...untold(this.#unknownTtl, "TTL (PTTL)", "tag sets and locks"),
      ...untold(this.#unknownType, "type (TYPE)", "tag sets"),
    ];
  }
}

function untold(keys: number, what: string, kinds: string): string[] {
  if (keys === 0) return [];
  return [`${keys} ${keys === 1 ? "key" : "keys"} did not tell their ${what}, so ${kinds} among them were not counted`];
}

function note(kind: NamedKeys, name: string): void {
  kind.keys += 1;
  if (kind.examples.length < mostExamples) kind.examples.push(keyText(ownText(name)));
}
