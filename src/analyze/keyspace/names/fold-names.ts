import { isHeavy, medianKeys } from "./collapse-names.js";
import { foldIntoWild, wildBeside, type FoldedNode } from "./folded-node.js";
import { Saturated } from "./name-node.js";
import { Join, TokenKind } from "./token-kind.js";

export interface FoldContext {
  totalKeys: number;
  totalBytes: number;
}

/** More different short numbers under one prefix are ids, however many keys each has: shards and versions are fewer. */
const mostCodes = 64;

/** So few words with few keys each say nothing yet; at the beginning of a name a word more likely is a real prefix. */
const fewestWords = 8;
const fewestFirstWords = 32;

/** Beside a `*`: a child with the same parts below it is one more id unless it has this many keys, another kind of thing at fewer. */
const idKeys = 1024;
const prefixKeys = 100;

/**
 * Makes children into `*` that are ids by their number: m different ones that have no more than m keys each (numbers: 4·m;
 * words at the beginning of the name, which more likely are prefixes: m/8).
 * From the top, so that what is below them is judged by all keys that come together there.
 */
export function foldIds(node: FoldedNode, context: FoldContext, isFirst = true): void {
  for (const kind of [TokenKind.code, TokenKind.word]) {
    for (const child of ids(node, kind, isFirst)) if (!isHeavy(child, context)) foldIntoWild(node, child);
  }
  for (const child of node.children.values()) if (isMixedId(node, child)) foldIntoWild(node, child);
  for (const child of node.children.values()) foldIds(child, context, false);
}

function ids(node: FoldedNode, kind: TokenKind, isFirst: boolean): FoldedNode[] {
  const children = [...node.children.values()].filter((child) => child.kind === kind);
  if (children.length === 0) return [];
  // `*7` says no more than `*`.
  if (node.label === null && node.join === Join.none) return children;
  children.sort((a, b) => a.keys - b.keys);
  const singles = children.filter(({ keys }) => keys === 1);
  const alone = singles.length === 1 ? singles.filter((child) => wildBeside(node, child) !== undefined) : singles;
  const few = isSaturated(node, kind)
    ? children.filter((child) => child.keys <= mostIdKeys(node, child))
    : manyWithFewKeys(children, kind, isFirst);
  return few.length > alone.length ? few : alone;
}

function manyWithFewKeys(ascending: FoldedNode[], kind: TokenKind, isFirst: boolean): FoldedNode[] {
  const outlierKeys = 8 * Math.max(1, medianKeys(ascending));
  const alike = ascending.filter(({ keys }) => keys <= outlierKeys);
  if (kind === TokenKind.code && ascending.length > mostCodes) return alike;
  const keysEach = kind === TokenKind.code ? 4 : isFirst ? 1 / 8 : 1;
  const fewest = kind === TokenKind.code ? 2 : isFirst ? fewestFirstWords : fewestWords;
  let count = alike.length;
  while (count >= fewest && (alike[count - 1]?.keys ?? 0) > keysEach * count) count--;
  return count >= fewest ? alike.slice(0, count) : [];
}

function isSaturated(node: FoldedNode, kind: TokenKind): boolean {
  if (kind === TokenKind.word) return (node.saturated & Saturated.words) !== 0;
  if ((node.saturated & Saturated.codes) !== 0) return true;
  return [...node.children.values()].some(({ label, codeKeys }) => label === null && codeKeys > 0);
}

/**
 * Among mixes of letters and digits some are letters followed by digits by chance, and were split like `user123`. Random text
 * of three or more such characters has less than one in 32 of any one beginning, give or take.
 */
function isMixedId(node: FoldedNode, child: FoldedNode): boolean {
  if (child.label === null || child.join !== Join.none) return false;
  return [...child.children.values()].every((number) => (wildBeside(node, number)?.codeKeys ?? 0) >= 24 * child.keys);
}

/** How many keys one of the ids may have that a child is among. Words are hundreds then, so each has a small share of all. */
function mostIdKeys(node: FoldedNode, child: FoldedNode): number {
  const wild = wildBeside(node, child);
  const isLikeIds = wild !== undefined && [...child.children.keys()].every((identity) => wild.children.has(identity));
  if (!isLikeIds) return prefixKeys;
  return child.kind === TokenKind.code ? idKeys : Math.min(idKeys, Math.max(prefixKeys, wild.keys / 128));
}
