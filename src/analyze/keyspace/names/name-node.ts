import { GroupStatistics } from "../group-statistics.js";
import { edgeHash } from "./edge-hash.js";
import { Join, TokenKind } from "./token-kind.js";

/** Which of its children a node has too many different ones of, so that new ones go to `*`. */
export const Saturated = { codes: 1, words: 2 } as const;

/**
 * One token of names in the tree, with the separator after it. A name ends in a node whose join is `end`: that one has
 * statistics and no children; every other has children and none.
 */
export class NameNode {
  keys = 0;
  bytes = 0;
  /** Of a wildcard: the keys that had no word there. */
  codeKeys = 0;
  codes = 0;
  words = 0;
  wilds = 0;
  saturated = 0;
  /** Children that were made into `*` to save room. */
  thinnedCodes = 0;
  thinnedWords = 0;
  /** New names that went to `*` because of `saturated`. */
  unknown = 0;
  children: Map<number, NameNode> | null = null;
  statistics: GroupStatistics | null = null;
  /** Another child of the same parent whose hash is the same. */
  next: NameNode | null = null;

  /** @param label one character a byte; empty for a wildcard */
  constructor(
    readonly label: string,
    readonly separator: string,
    readonly kind: TokenKind,
    readonly join: Join,
    readonly hash: number,
  ) {}

  static wild(separator: string, join: Join): NameNode {
    return new NameNode("", separator, TokenKind.wild, join, edgeHash(null, separator, join));
  }

  /** Where names go that fit nowhere else below: the pattern that ends in `*` here. */
  rest(): NameNode | null {
    return this.find(restHash, null, "", Join.end);
  }

  find(hash: number, label: string | null, separator: string, join: Join): NameNode | null {
    let child = this.children?.get(hash) ?? null;
    while (child !== null && !child.is(label, separator, join)) child = child.next;
    return child;
  }

  attach(child: NameNode): void {
    this.children ??= new Map();
    let last = this.children.get(child.hash);
    if (last === undefined) this.children.set(child.hash, child);
    else {
      while (last.next !== null) last = last.next;
      last.next = child;
    }
    this.count(child, 1);
  }

  detach(child: NameNode): void {
    const first = this.children?.get(child.hash);
    if (first === undefined) return;
    if (first !== child) {
      let before = first;
      while (before.next !== null && before.next !== child) before = before.next;
      before.next = child.next;
    } else if (child.next === null) this.children?.delete(child.hash);
    else this.children?.set(child.hash, child.next);
    child.next = null;
    this.count(child, -1);
  }

  /** A list, so that children may be detached on the way. */
  each(): NameNode[] {
    const all: NameNode[] = [];
    this.visit((child) => all.push(child));
    return all;
  }

  /** The same without a list: `look` may change what is below the child, not this node's children. */
  visit(look: (child: NameNode) => void): void {
    if (this.children === null) return;
    for (const first of this.children.values()) {
      for (let child: NameNode | null = first; child !== null; child = child.next) look(child);
    }
  }

  save(): SavedNode {
    return {
      label: this.label,
      separator: this.separator,
      kind: this.kind,
      join: this.join,
      counts: countNames.map((name) => this[name]),
      ...(this.statistics === null ? {} : { statistics: this.statistics.save() }),
      ...(this.children === null ? {} : { children: this.each().map((child) => child.save()) }),
    };
  }

  static restore(saved: SavedNode, random: () => number): NameNode {
    const { label, separator, kind, join } = saved;
    const hash = edgeHash(kind === TokenKind.wild ? null : label, separator, join);
    const node = new NameNode(label, separator, kind, join, hash);
    for (const [i, name] of countNames.entries()) node[name] = saved.counts[i] ?? 0;
    if (saved.statistics !== undefined) node.statistics = GroupStatistics.restore(saved.statistics, random);
    for (const child of saved.children ?? []) node.attach(NameNode.restore(child, random));
    return node;
  }

  private is(label: string | null, separator: string, join: Join): boolean {
    if (this.join !== join || this.separator !== separator) return false;
    return label === null ? this.kind === TokenKind.wild : this.kind !== TokenKind.wild && this.label === label;
  }

  private count(child: NameNode, by: number): void {
    if (child.kind === TokenKind.wild) this.wilds += by;
    else if (child.kind === TokenKind.code) this.codes += by;
    else this.words += by;
  }
}

const countNames = ["keys", "bytes", "codeKeys", "saturated", "thinnedCodes", "thinnedWords", "unknown"] as const;

const restHash = edgeHash(null, "", Join.end);

export interface SavedNode {
  label: string;
  separator: string;
  kind: TokenKind;
  join: Join;
  counts: number[];
  statistics?: unknown;
  children?: SavedNode[];
}
