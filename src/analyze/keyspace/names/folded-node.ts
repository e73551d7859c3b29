import type { GroupStatistics } from "../group-statistics.js";
import type { NameNode } from "./name-node.js";
import { Join, TokenKind } from "./token-kind.js";

/** A copy of the tree that the report may fold further while the tree goes on growing; statistics stay where they are. */
export interface FoldedNode {
  /** Null: `*`. */
  label: string | null;
  separator: string;
  join: Join;
  kind: TokenKind;
  keys: number;
  bytes: number;
  codeKeys: number;
  saturated: number;
  /** By identity, see `identityOf`. */
  children: Map<string, FoldedNode>;
  /** The statistics of all nodes that were merged into this one, where names end. */
  sources: GroupStatistics[];
}

export function copyOf(node: NameNode): FoldedNode {
  const { separator, join, kind, keys, bytes, codeKeys, saturated, statistics } = node;
  const label = kind === TokenKind.wild ? null : node.label;
  const children = new Map<string, FoldedNode>();
  for (const child of node.each()) {
    const copy = copyOf(child);
    children.set(identityOf(copy), copy);
  }
  const sources = statistics === null ? [] : [statistics];
  return { label, separator, join, kind, keys, bytes, codeKeys, saturated, children, sources };
}

/** A literal child becomes part of the `*` with the same separator. */
export function foldIntoWild(node: FoldedNode, child: FoldedNode): void {
  node.children.delete(identityOf(child));
  const codeKeys = child.kind === TokenKind.code ? child.keys : child.codeKeys;
  put(node, { ...child, label: null, kind: TokenKind.wild, codeKeys });
}

export function wildBeside(node: FoldedNode, { separator, join }: FoldedNode): FoldedNode | undefined {
  return node.children.get(identityOf({ label: null, separator, join }));
}

/** Adds a child, or merges it with the one that is there already. */
function put(node: FoldedNode, child: FoldedNode): void {
  const known = node.children.get(identityOf(child));
  if (known === undefined) {
    node.children.set(identityOf(child), child);
    return;
  }
  known.keys += child.keys;
  known.bytes += child.bytes;
  known.codeKeys += child.codeKeys;
  known.saturated |= child.saturated;
  known.sources.push(...child.sources);
  for (const grandchild of child.children.values()) put(known, grandchild);
}

function identityOf({ label, separator, join }: Pick<FoldedNode, "label" | "separator" | "join">): string {
  return `${join}${separator}${label === null ? "*" : ` ${label}`}`;
}
