import { NameBytes } from "../../../model/name-bytes.js";
import { collapse, weed, type CollapseContext } from "./collapse-names.js";
import { edge, wildEdge } from "./edge-hash.js";
import { NameNode, Saturated, type SavedNode } from "./name-node.js";
import { seenCharacters, SplitName } from "./split-name.js";
import { Join, TokenKind } from "./token-kind.js";
import { thin } from "./thin-names.js";

/** Different words under one prefix that are kept apart, while the tree is small. */
const mostWords = 1024;

/** Short numbers and mixes: that many different ones are ids whatever they stand for. */
const mostCodes = 128;

/** Under a prefix that has too many already a new one is tried now and then: a real prefix may come late. */
const tryEvery = 32;
/** After so many tries those that hardly came again go. */
const triesPerWeeding = 128;

/** Kinds of separators after `*` under one prefix; only names of random bytes have more. */
const mostWilds = 12;

/** Bounds of `#provenKeys`. */
const fewestProven = 16;
const mostProven = 4096;

/** More than any name can add. */
const reserve = 64;

/**
 * The tokens of all names as a tree, each path a pattern. Children that are too many become `*`, and all that was below
 * them with it; a tree that is near its limit gets rid of what has the fewest keys. Nothing is ever not counted.
 */
export class NameTree {
  readonly root: NameNode;
  readonly #names = new SplitName();
  /** Where the name is that was split last. */
  #name: Uint8Array = new Uint8Array();
  readonly #context: CollapseContext = { nodes: 1, totalKeys: 0, totalBytes: 0 };
  /** A single key that is larger keeps its name. */
  #heavyBytes = Infinity;

  /** A prefix with fewer keys is not split further. Above 0 only while most keys are unlike any other. */
  #provenKeys = 0;
  #roomMadeAt = 0;

  constructor(
    readonly maxNodes: number,
    root?: NameNode,
  ) {
    this.root = root ?? new NameNode("", "", TokenKind.word, Join.strong, 0);
    this.#context.nodes = countNodes(this.root);
    this.#context.totalKeys = this.root.keys;
    this.#context.totalBytes = this.root.bytes;
    this.weigh();
  }

  get nodes(): number {
    return this.#context.nodes;
  }

  /** The node in which name number `at` ends, with the key counted on the way there. */
  add(page: NameBytes, at: number, bytes: number): NameNode {
    if (this.#context.nodes > this.maxNodes - reserve) this.makeRoom();
    const names = this.#names;
    this.split(page, at);
    let node = this.root;
    node.keys++;
    node.bytes += bytes;
    for (let i = 0; node.join !== Join.end; i++) {
      node = this.step(node, i, bytes);
      node.keys++;
      node.bytes += bytes;
      if (node.kind === TokenKind.wild && names.kinds[i] !== TokenKind.word) node.codeKeys++;
    }
    return node;
  }

  /** Brings the shares up to date that single keys are held against; once a page. */
  weigh(): void {
    const { keys, bytes } = this.root;
    this.#context.totalKeys = keys;
    this.#context.totalBytes = bytes;
    this.#heavyBytes = keys === 0 ? Infinity : Math.max(bytes / 100, (10 * bytes) / keys);
  }

  /** The node in which the name would end; null where it would need a new one. Counts nothing. */
  find(name: string): NameNode | null {
    const one = new NameBytes();
    one.take([name], seenCharacters);
    this.split(one, 0);
    return this.endOf(this.root, 0);
  }

  save(): SavedTree {
    return {
      maxNodes: this.maxNodes,
      provenKeys: this.#provenKeys,
      roomMadeAt: this.#roomMadeAt,
      root: this.root.save(),
    };
  }

  static restore({ maxNodes, provenKeys, roomMadeAt, root }: SavedTree, random: () => number): NameTree {
    const tree = new NameTree(maxNodes, NameNode.restore(root, random));
    tree.#provenKeys = provenKeys;
    tree.#roomMadeAt = roomMadeAt;
    return tree;
  }

  private split(page: NameBytes, at: number): void {
    this.#name = page.bytes;
    this.#names.split(page.bytes, page.startOf(at), page.endOf(at));
  }

  private makeRoom(): void {
    const { keys } = this.root;
    const isTooFast = keys - this.#roomMadeAt < this.maxNodes / 4;
    this.#provenKeys = isTooFast ? Math.min(mostProven, Math.max(fewestProven, 2 * this.#provenKeys)) : 0;
    this.#roomMadeAt = keys;
    thin(this.root, this.maxNodes / (isTooFast ? 4 : 2), this.#context);
  }

  private step(node: NameNode, i: number, bytes: number): NameNode {
    const names = this.#names;
    const kind = names.kinds[i] as TokenKind;
    const isProven = node.keys >= this.#provenKeys;
    if (kind !== TokenKind.wild) {
      const known = this.literal(node, i);
      if (known !== null) return known;
      if (isProven && this.admits(node, kind, bytes)) return this.grow(node, i, kind);
    }
    const wild = this.wild(node, i);
    if (isProven && kind !== TokenKind.wild && names.joins[i] !== Join.end && this.isNews(node, wild, i)) {
      return this.grow(node, i, kind);
    }
    if (wild !== null) return wild;
    if (isProven && node.wilds < mostWilds) return this.grow(node, i, TokenKind.wild);
    return node.rest() ?? this.attach(node, NameNode.wild("", Join.end));
  }

  /** The literal way first; names that went the other way before there was a literal ended beyond `*`. */
  private endOf(node: NameNode, i: number): NameNode | null {
    if (node.join === Join.end) return node;
    const isId = this.#names.kinds[i] === TokenKind.wild;
    const literal = isId ? null : this.literal(node, i);
    const wild = this.wild(node, i);
    return (
      (literal === null ? null : this.endOf(literal, i + 1)) ??
      (wild === null ? null : this.endOf(wild, i + 1)) ??
      node.rest()
    );
  }

  /** Compares without cutting the token out of the name. */
  private literal(node: NameNode, i: number): NameNode | null {
    const names = this.#names;
    let child = node.children?.get(edge(names.hashes[i] ?? 0, names.separatorHashes[i] ?? 0)) ?? null;
    const start = names.starts[i] ?? 0;
    const end = names.ends[i] ?? 0;
    const separatorEnd = names.separatorEnds[i] ?? 0;
    while (child !== null) {
      const isSame =
        child.kind !== TokenKind.wild &&
        child.join === names.joins[i] &&
        child.label.length === end - start &&
        child.separator.length === separatorEnd - end &&
        isAt(child.label, this.#name, start) &&
        isAt(child.separator, this.#name, end);
      if (isSame) return child;
      child = child.next;
    }
    return null;
  }

  private wild(node: NameNode, i: number): NameNode | null {
    const names = this.#names;
    let child = node.children?.get(wildEdge(names.separatorHashes[i] ?? 0)) ?? null;
    const end = names.ends[i] ?? 0;
    const length = (names.separatorEnds[i] ?? 0) - end;
    while (child !== null) {
      const isSame =
        child.kind === TokenKind.wild &&
        child.join === names.joins[i] &&
        child.separator.length === length &&
        isAt(child.separator, this.#name, end);
      if (isSame) return child;
      child = child.next;
    }
    return null;
  }

  /** Whether a token that is new here gets a child of its own. */
  private admits(node: NameNode, kind: TokenKind, bytes: number): boolean {
    const isCode = kind === TokenKind.code;
    const flag = isCode ? Saturated.codes : Saturated.words;
    const count = isCode ? node.codes : node.words;
    const limit = Math.min(isCode ? mostCodes : mostWords, Math.max(16, (this.maxNodes - this.#context.nodes) >> 4));
    if ((node.saturated & flag) === 0) {
      // Many with many keys each are prefixes: then it is for others to make room.
      if (count < limit || (count < mostWords && !isCode && node.keys >= 16 * count)) return true;
      collapse(node, kind, this.#context);
      return bytes > this.#heavyBytes;
    }
    if (bytes <= this.#heavyBytes && ++node.unknown % tryEvery !== 0) return false;
    if (count >= (isCode ? mostCodes : mostWords)) collapse(node, kind, this.#context);
    else if (node.unknown % (tryEvery * triesPerWeeding) === 0) weed(node, kind, this.#context);
    return true;
  }

  /**
   * Whether a name that is to become `*` here goes on as none of those did: a real prefix that comes late, after thousands of
   * ids. It is tried like any other.
   */
  private isNews(node: NameNode, wild: NameNode | null, i: number): boolean {
    const isCode = this.#names.kinds[i] === TokenKind.code;
    if (isCode ? node.codes >= mostCodes : node.words >= mostWords) return false;
    if (wild === null) return true;
    return this.literal(wild, i + 1) === null && this.wild(wild, i + 1) === null;
  }

  private grow(node: NameNode, i: number, kind: TokenKind): NameNode {
    const names = this.#names;
    const end = names.ends[i] ?? 0;
    const isWild = kind === TokenKind.wild;
    const label = isWild ? "" : textOf(this.#name, names.starts[i] ?? 0, end);
    const separator = textOf(this.#name, end, names.separatorEnds[i] ?? 0);
    const separatorHash = names.separatorHashes[i] ?? 0;
    const hash = isWild ? wildEdge(separatorHash) : edge(names.hashes[i] ?? 0, separatorHash);
    return this.attach(node, new NameNode(label, separator, kind, names.joins[i] as Join, hash));
  }

  private attach(node: NameNode, child: NameNode): NameNode {
    node.attach(child);
    this.#context.nodes++;
    return child;
  }
}

/** Plain JSON. */
export interface SavedTree {
  maxNodes: number;
  provenKeys: number;
  roomMadeAt: number;
  root: SavedNode;
}

function isAt(text: string, name: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== name[start + i]) return false;
  return true;
}

function textOf(name: Uint8Array, from: number, to: number): string {
  return Buffer.from(name.buffer, name.byteOffset + from, to - from).toString("latin1");
}

function countNodes(node: NameNode): number {
  return node.each().reduce((sum, child) => sum + countNodes(child), 1);
}
