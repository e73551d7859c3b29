import { isHeavy } from "./collapse-names.js";
import type { FoldContext } from "./fold-names.js";
import type { FoldedNode } from "./folded-node.js";
import type { GroupStatistics } from "../group-statistics.js";
import { Join } from "./token-kind.js";

/** The names of one pattern. */
export interface PatternGroup {
  /** One character a byte. */
  pattern: string;
  keys: number;
  bytes: number;
  sources: GroupStatistics[];
}

interface Leaf extends PatternGroup {
  /** The patterns of everything that begins like it, each with a part more in common. */
  wider: string[];
}

/** The text of a path so far; `wildEnd`: where its `*` ends when another one may still become part of it, else -1. */
interface Path {
  text: string;
  wildEnd: number;
}

/**
 * All patterns of a tree. `*` and `*` with a weak separator between them are one, since slugs have any number of words. A
 * group of one key is put together with other such under the same prefix (`config:*`), unless the key is heavy or there are none.
 */
export function patternsOf(root: FoldedNode, context: FoldContext): PatternGroup[] {
  const groups = new Map<string, Leaf>();
  collect(root, { text: "", wildEnd: -1 }, [], groups);
  foldSingles(groups, context);
  return [...groups.values()];
}

function collect(node: FoldedNode, path: Path, widerBefore: string[], groups: Map<string, Leaf>): void {
  const wider = [...widerBefore, restOf(path)];
  for (const child of node.children.values()) {
    const next = extend(path, child);
    if (child.join === Join.end) merge(groups, next.text, { ...child, pattern: next.text, wider });
    else collect(child, next, wider, groups);
  }
}

function extend({ text, wildEnd }: Path, { label, separator, join }: FoldedNode): Path {
  if (label !== null) return { text: text + label + separator, wildEnd: -1 };
  const base = wildEnd === -1 ? `${text}*` : text.slice(0, wildEnd);
  const mayGoOn = join === Join.weak || join === Join.none;
  return { text: base + separator, wildEnd: mayGoOn ? base.length : -1 };
}

function merge(groups: Map<string, Leaf>, pattern: string, { keys, bytes, sources, wider }: Leaf): void {
  const known = groups.get(pattern);
  if (known === undefined) {
    groups.set(pattern, { pattern, keys, bytes, sources: [...sources], wider });
    return;
  }
  known.keys += keys;
  known.bytes += bytes;
  known.sources.push(...sources);
}

/** From the longest prefixes to the shortest, so that a key goes where it has most in common. */
function foldSingles(groups: Map<string, Leaf>, context: FoldContext): void {
  let singles = [...groups.values()].filter((leaf) => leaf.keys === 1 && !isHeavy(leaf, context));
  for (let depth = Math.max(0, ...singles.map(({ wider }) => wider.length)) - 1; depth >= 0; depth--) {
    const byPattern = byRest(singles, depth);
    for (const [pattern, leaves] of byPattern) {
      const hasOthers = leaves.length > 1 || (groups.has(pattern) && groups.get(pattern) !== leaves[0]);
      if (!hasOthers || pattern.endsWith("{*")) continue;
      for (const leaf of leaves) groups.delete(leaf.pattern);
      for (const leaf of leaves) merge(groups, pattern, leaf);
      const gone = new Set(leaves);
      singles = singles.filter((leaf) => !gone.has(leaf));
    }
  }
}

/** Those with so many parts in common, by the pattern of everything that has them. */
function byRest(leaves: readonly Leaf[], depth: number): Map<string, Leaf[]> {
  const byPattern = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const pattern = leaf.wider[depth];
    if (pattern === undefined) continue;
    const known = byPattern.get(pattern);
    if (known === undefined) byPattern.set(pattern, [leaf]);
    else known.push(leaf);
  }
  return byPattern;
}

/** The pattern of everything that begins like this. */
function restOf({ text, wildEnd }: Path): string {
  if (wildEnd !== -1) return text.slice(0, wildEnd);
  return text.endsWith("*") ? text : `${text}*`;
}
