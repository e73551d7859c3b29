import { absorbIntoWild, flatten, isHeavy, type CollapseContext } from "./collapse-names.js";
import { Saturated, type NameNode } from "./name-node.js";
import { Join, TokenKind } from "./token-kind.js";

/** So many children with few keys are ids; fewer are rare things, or ids that were not seen often yet. */
const manyChildren = 8;

/** Few keys beside so many siblings are few wherever the tree is large enough to need room. */
const mostFewKeys = 64;

/** A time round that leaves more of the nodes shows that the ids are not what fills the tree. */
const enough = 0.98;

/**
 * Gets rid of nodes until `target` are left. What most likely are ids goes first, so that a rare pattern is not lost with
 * them: short numbers with few keys become `*`, then words that are many under one prefix, then anything; few is twice as
 * many each time round. Last are kinds of names with few keys: they become part of a pattern that ends in `*`. Ends with two
 * nodes at worst, so it always gets there.
 */
export function thin(root: NameNode, target: number, context: CollapseContext): void {
  const isDone = () => context.nodes <= target;
  let nodesBefore = Infinity;
  for (let fewKeys = 2; fewKeys <= mostFewKeys && !isDone() && context.nodes < enough * nodesBefore; fewKeys *= 2) {
    nodesBefore = context.nodes;
    thinLiterals(root, { fewKeys, kind: TokenKind.code, fewest: 1 }, context);
    if (!isDone()) thinLiterals(root, { fewKeys, kind: TokenKind.word, fewest: manyChildren }, context);
  }
  for (let fewKeys = 4; fewKeys <= 2 * root.keys + 2 && !isDone(); fewKeys *= 2) {
    thinLiterals(root, { fewKeys, kind: TokenKind.code, fewest: 1 }, context);
    thinLiterals(root, { fewKeys, kind: TokenKind.word, fewest: 1 }, context);
    // Names of random bytes differ in their separators: there is little to gain from their literals.
    if (!isDone() && fewKeys >= 8) thinShapes(root, fewKeys / 4, fewKeys > root.keys, context);
  }
}

interface Thinning {
  fewKeys: number;
  kind: TokenKind;
  /** Children with few keys that a node must have. */
  fewest: number;
}

function thinLiterals(node: NameNode, thinning: Thinning, context: CollapseContext): void {
  const { fewKeys, kind, fewest } = thinning;
  // Nearly every node has none of the kind, and the whole tree is gone through several times: lists would take half a second.
  if ((kind === TokenKind.code ? node.codes : node.words) >= fewest) {
    const isLast = fewKeys > context.totalKeys;
    const few: NameNode[] = [];
    node.visit((child) => {
      if (child.kind === kind && child.keys < fewKeys && (isLast || !isHeavy(child, context))) few.push(child);
    });
    if (few.length >= fewest) {
      for (const child of few) absorbIntoWild(node, child, context);
      countThinned(node, kind, few.length);
    }
  }
  node.visit((child) => {
    if (child.join !== Join.end) thinLiterals(child, thinning, context);
  });
}

/** A few rare ones may become many yet; but a prefix that loses some each time has too many. */
function countThinned(node: NameNode, kind: TokenKind, count: number): void {
  if (kind === TokenKind.code) node.thinnedCodes += count;
  else node.thinnedWords += count;
  if (node.thinnedCodes >= manyChildren) node.saturated |= Saturated.codes;
  if (node.thinnedWords >= manyChildren) node.saturated |= Saturated.words;
}

function thinShapes(node: NameNode, fewKeys: number, isLast: boolean, context: CollapseContext): void {
  for (const child of node.each()) {
    if (child.join === Join.end) continue;
    if (child.kind === TokenKind.wild && (isLast || child.keys < fewKeys)) flatten(node, child, context);
    else thinShapes(child, fewKeys, isLast, context);
  }
}
