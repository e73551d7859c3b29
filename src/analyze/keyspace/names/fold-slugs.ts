import { foldIntoWild, type FoldedNode } from "./folded-node.js";
import { Join, TokenKind } from "./token-kind.js";

/** Fewer first words may be kinds of things (`page-…`, `post-…`); at the beginning of a name so many may be. */
const fewestWords = 8;
const fewestFirstWords = 64;

/**
 * `red-shoes-large`: a text of words of which the first ones are too frequent to look like ids and the rest are none but
 * ids. Where most keys are such texts, all their words become `*`. Structured names have a number or an id among the words.
 */
export function foldSlugs(node: FoldedNode, isFirst = true): void {
  for (const child of node.children.values()) foldSlugs(child, false);
  if (hasSlugs(node, isFirst)) foldWords(node);
}

function hasSlugs(node: FoldedNode, isFirst: boolean): boolean {
  const children = [...node.children.values()];
  const joined = children.filter(({ join, kind }) => join === Join.weak && kind !== TokenKind.code);
  const literals = joined.filter(({ label }) => label !== null).length;
  const hasWords = joined.some((child) => child.label === null && wordShare(child) >= 0.5);
  if (literals < (isFirst ? fewestFirstWords : fewestWords) && (isFirst || literals === 0 || !hasWords)) return false;
  return average(node, textShare) >= 0.8 && average(node, idShare) >= 0.5;
}

function foldWords(node: FoldedNode): void {
  for (const child of [...node.children.values()]) {
    if (child.label !== null && child.kind === TokenKind.word) foldIntoWild(node, child);
  }
  for (const child of node.children.values()) if (child.join === Join.weak) foldWords(child);
}

/** Of the keys: those with only words from here to the next strong separator. */
function textShare(node: FoldedNode): number {
  // A slug may end in the number of what it names: `red-shoes-large-7466`.
  if (node.join !== Join.weak && node.label === null) return 1;
  const own = wordShare(node);
  return own === 0 || node.join === Join.end || node.join === Join.strong ? own : own * average(node, textShare);
}

/** Of the keys: those with a word among these that is one of many. */
function idShare(node: FoldedNode): number {
  if (node.label === null) return wordShare(node);
  return node.join === Join.weak ? average(node, idShare) : 0;
}

function wordShare({ label, kind, keys, codeKeys }: FoldedNode): number {
  if (label === null) return 1 - codeKeys / keys;
  return kind === TokenKind.word ? 1 : 0;
}

function average({ children, keys }: FoldedNode, share: (child: FoldedNode) => number): number {
  let sum = 0;
  for (const child of children.values()) sum += share(child) * child.keys;
  return sum / keys;
}
