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
  #measured = 0;
  #measuredBytes = 0;
  readonly #tagSets: NamedKeys = { keys: 0, examples: [] };
  readonly #locks: NamedKeys = { keys: 0, examples: [] };

  add({ names, types, bytes, ttlMs }: KeyPage): void {
    for (const [index, name] of names.entries()) {
      this.#seenKeys += 1;
      if (ttlMs[index] !== -1) continue;
      this.#withoutTtl += 1;
      const size = bytes[index] ?? null;
      if (size !== null) {
        this.#measured += 1;
        this.#measuredBytes += size;
      }
      const type = types[index];
      const holdsMembers = type === "set" || type === "zset";
      if (holdsMembers && (name.startsWith(tagPrefix) || isNamed(name, tagWords))) note(this.#tagSets, name);
      else if (isNamed(name, lockWords)) note(this.#locks, name);
    }
  }

  result(complete: boolean, gaps: string[]): EvictionExposure {
    return {
      ...{ seenKeys: this.#seenKeys, complete, withoutTtl: this.#withoutTtl },
      ...{ measured: this.#measured, measuredBytes: this.#measuredBytes },
      ...{ tagSets: this.#tagSets, locks: this.#locks, gaps },
    };
  }
}

function note(kind: NamedKeys, name: string): void {
  kind.keys += 1;
  if (kind.examples.length < mostExamples) kind.examples.push(keyText(ownText(name)));
}
