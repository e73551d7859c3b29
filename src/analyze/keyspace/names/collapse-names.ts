import { NameNode, Saturated } from "./name-node.js";
import { Join, TokenKind } from "./token-kind.js";

/** What a tree knows of itself while it is changed: `nodes` is kept up to date. */
export interface CollapseContext {
  nodes: number;
  totalKeys: number;
  totalBytes: number;
}

/** A child with so many times the keys of the middle one, or of an id that came once, is something else than its siblings. */
const outlierFactor = 8;

/**
 * Makes the children of one kind that have few keys into `*`, with all that is below them. The ones with far more keys than
 * the middle one stay: a real prefix among ids.
 */
export function collapse(node: NameNode, kind: TokenKind, context: CollapseContext): void {
  const children = node.each().filter((child) => child.kind === kind);
  node.saturated |= kind === TokenKind.code ? Saturated.codes : Saturated.words;
  absorbFew(node, children, outlierFactor * medianKeys(children), context);
}

/**
 * Of the children that were tried beside many ids, makes those into `*` that hardly came again. Not held against the middle one:
 * where the ids are in `*` already, that is a real prefix.
 */
export function weed(node: NameNode, kind: TokenKind, context: CollapseContext): void {
  const children = node.each().filter((child) => child.kind === kind);
  absorbFew(node, children, outlierFactor, context);
}

function absorbFew(node: NameNode, children: NameNode[], fewKeys: number, context: CollapseContext): void {
  for (const child of children) {
    if (child.keys < fewKeys && !isHeavy(child, context)) absorbIntoWild(node, child, context);
  }
}

/** Few keys with one hundredth of all bytes: their names are the news. */
export function isHeavy(
  { keys, bytes }: { keys: number; bytes: number },
  { totalKeys, totalBytes }: { totalKeys: number; totalBytes: number },
): boolean {
  return bytes > 0 && bytes >= totalBytes / 100 && bytes * totalKeys >= 10 * totalBytes * keys && totalKeys > 0;
}

export function medianKeys(children: readonly { keys: number }[]): number {
  const counts = children.map(({ keys }) => keys).sort((a, b) => a - b);
  return counts[counts.length >> 1] ?? 0;
}

/** A literal child becomes part of the wildcard with the same separator. */
export function absorbIntoWild(node: NameNode, child: NameNode, context: CollapseContext): void {
  node.detach(child);
  const wild = NameNode.wild(child.separator, child.join);
  const known = node.find(wild.hash, null, wild.separator, wild.join);
  if (known === null) {
    node.attach(wild);
    context.nodes++;
  }
  absorb(known ?? wild, child, context);
}

/** All that is below a child becomes part of the pattern that ends in `*` right here. */
export function flatten(node: NameNode, child: NameNode, context: CollapseContext): void {
  node.detach(child);
  let rest = node.rest();
  if (rest === null) {
    rest = NameNode.wild("", Join.end);
    node.attach(rest);
    context.nodes++;
  }
  rest.keys += child.keys;
  rest.bytes += child.bytes;
  rest.codeKeys += codeKeysOf(child);
  takeStatistics(rest, child, context);
}

/** Makes `from`, which is in no tree any more, part of `into`, which has the same separator. */
function absorb(into: NameNode, from: NameNode, context: CollapseContext): void {
  into.keys += from.keys;
  into.bytes += from.bytes;
  into.codeKeys += codeKeysOf(from);
  into.unknown += from.unknown;
  into.thinnedCodes += from.thinnedCodes;
  into.thinnedWords += from.thinnedWords;
  into.saturated |= from.saturated;
  if (from.join === Join.end) {
    takeStatistics(into, from, context);
    return;
  }
  context.nodes--;
  for (const child of from.each()) {
    const label = child.kind === TokenKind.wild ? null : child.label;
    const known = into.find(child.hash, label, child.separator, child.join);
    if (known !== null) {
      from.detach(child);
      absorb(known, child, context);
    } else {
      from.detach(child);
      into.attach(child);
      if (isUnwanted(into, child) && !isHeavy(child, context)) absorbIntoWild(into, child, context);
    }
  }
}

/** As adding would have done: after too many different ones no new one is let in. */
function isUnwanted(node: NameNode, child: NameNode): boolean {
  if (child.kind === TokenKind.wild) return false;
  return (node.saturated & (child.kind === TokenKind.code ? Saturated.codes : Saturated.words)) !== 0;
}

function takeStatistics(into: NameNode, from: NameNode, context: CollapseContext): void {
  context.nodes--;
  if (from.statistics !== null) {
    if (into.statistics === null) into.statistics = from.statistics;
    else into.statistics.merge(from.statistics);
  }
  for (const child of from.each()) takeStatistics(into, child, context);
}

function codeKeysOf(node: NameNode): number {
  return node.kind === TokenKind.code ? node.keys : node.codeKeys;
}
