import type { KeyHandle } from "../../model/closer-look.js";
import { keyText } from "../../model/key-name.js";
import type { KeyPage } from "../../model/key-page.js";
import type { KeyGroupsFacts } from "../../model/keyspace.js";
import { NameBytes } from "../../model/name-bytes.js";
import { countFigure, figure, type Sum } from "./figure.js";
import { foldIds } from "./names/fold-names.js";
import { foldSlugs } from "./names/fold-slugs.js";
import { copyOf } from "./names/folded-node.js";
import { groupFacts } from "./group-facts.js";
import { GroupStatistics } from "./group-statistics.js";
import { patternsOf } from "./names/name-patterns.js";
import { NameTree, type SavedTree } from "./names/name-tree.js";
import { seenCharacters } from "./names/split-name.js";
import type { KeyReducer } from "./reducer.js";
import { seededRandom } from "./seeded-random.js";

/** Measured: 1 to 2 KB each with all that its group keeps. */
const defaultMaxNodes = 32_000;

export interface KeyGroupsOptions {
  /** Bounds the memory: tokens of names that are kept apart. */
  maxNodes?: number;
  /** Of [0, 1): which keys are samples. */
  random?: () => number;
}

/** The keys with one pattern of names. */
export interface KeysOfPattern {
  /** `user:*:profile`, as people read it. */
  pattern: string;
  statistics: GroupStatistics;
  /** At most eight of its keys. */
  samples: KeyHandle[];
}

/**
 * Finds the patterns of the names (`user:*:profile`), by how many different texts there are in each place, and counts the
 * keys of each. Whatever the names are, memory is bounded and every key is in exactly one group.
 */
export class KeyGroups implements KeyReducer {
  readonly #tree: NameTree;
  readonly #random: () => number;
  /** Of the page at hand. */
  readonly #names = new NameBytes();
  #folded: Folded | null = null;

  constructor(
    { maxNodes = defaultMaxNodes, random = seededRandom(1) }: KeyGroupsOptions = {},
    tree = new NameTree(maxNodes),
  ) {
    this.#tree = tree;
    this.#random = random;
  }

  add(page: KeyPage): void {
    this.#folded = null;
    // A page may have a hundred names of megabytes each.
    this.#names.take(page.names, seenCharacters);
    // Called for every key: an iterator's pairs would cost as much as the tree.
    for (let i = 0; i < page.names.length; i++) {
      const node = this.#tree.add(this.#names, i, page.bytes[i] ?? 0);
      node.statistics ??= new GroupStatistics(this.#random);
      node.statistics.add(page, i);
    }
    this.#tree.weigh();
  }

  /**
   * The groups with the most bytes (keys, where those are not known).
   *
   * @param limit how many
   * @param ratio share of the keys that were measured, above 0, at most 1
   */
  groups(limit: number, ratio: number): KeyGroupsFacts {
    const { groups } = this.folded();
    const { keys, bytes } = this.#tree.root;
    const rest = groups.slice(limit);
    return {
      groups: groups
        .slice(0, limit)
        .map(({ pattern, statistics }) => groupFacts(pattern, statistics, { keys, bytes }, ratio)),
      others: rest.length === 0 ? null : othersOf(rest, ratio),
    };
  }

  /** All groups, in the order of `groups`. Not to be changed, and not to be read after more keys were added. */
  eachGroup(): Iterable<KeysOfPattern> {
    return this.folded().groups;
  }

  /** The pattern of the group that a name belongs to; the name itself where nothing like it was seen. */
  patternOf(name: string): string {
    const statistics = this.#tree.find(name)?.statistics ?? null;
    return (statistics === null ? undefined : this.folded().patterns.get(statistics)) ?? keyText(name);
  }

  save(): unknown {
    return this.#tree.save();
  }

  /** The groups as they were when they were saved; more keys may be added. */
  static restore(saved: unknown, random: () => number = seededRandom(2)): KeyGroups {
    return new KeyGroups({ random }, NameTree.restore(saved as SavedTree, random));
  }

  private folded(): Folded {
    this.#folded ??= this.fold();
    return this.#folded;
  }

  private fold(): Folded {
    const context = { totalKeys: this.#tree.root.keys, totalBytes: this.#tree.root.bytes };
    const root = copyOf(this.#tree.root);
    foldIds(root, context);
    foldSlugs(root);
    const patterns = new Map<GroupStatistics, string>();
    const groups = patternsOf(root, context).map(({ pattern, sources }) => {
      const text = keyText(pattern);
      for (const source of sources) patterns.set(source, text);
      const statistics = this.merged(sources);
      return { pattern: text, statistics, samples: statistics.samples };
    });
    groups.sort(
      (a, b) =>
        b.statistics.bytes.sum - a.statistics.bytes.sum ||
        b.statistics.keys - a.statistics.keys ||
        (a.pattern < b.pattern ? -1 : 1),
    );
    return { groups, patterns };
  }

  private merged(sources: readonly GroupStatistics[]): GroupStatistics {
    const [only] = sources;
    if (only !== undefined && sources.length === 1) return only;
    const all = new GroupStatistics(this.#random);
    for (const source of sources) all.merge(source);
    return all;
  }
}

interface Folded {
  groups: KeysOfPattern[];
  patterns: Map<GroupStatistics, string>;
}

function othersOf(rest: readonly KeysOfPattern[], ratio: number): NonNullable<KeyGroupsFacts["others"]> {
  const bytes: Sum = { sum: 0, squares: 0 };
  let keys = 0;
  let measuredKeys = 0;
  for (const { statistics } of rest) {
    keys += statistics.keys;
    measuredKeys += statistics.measuredKeys;
    bytes.sum += statistics.bytes.sum;
    bytes.squares += statistics.bytes.squares;
  }
  return {
    groups: rest.length,
    keys: countFigure(keys, ratio),
    bytes: measuredKeys === 0 ? null : figure(bytes, ratio),
  };
}
