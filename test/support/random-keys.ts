import type { KeyPage } from "../../src/model/key-page.js";
import { keyPage, pageReadAtMs, seededRandom, type KeyRow } from "./key-page.js";

const types = ["string", "hash", "list", "set", "zset", "stream"];

export interface RandomKeysOptions {
  seed: number;
  keys: number;
  nodes?: number;
  /** Distinct sizes; few make many keys equally large. */
  sizes?: number;
}

/** One row of a page with where it was read: what a brute-force answer goes by. */
export interface PlacedRow extends Required<Omit<KeyRow, "fetched" | "slabClass">> {
  node: string;
}

/** Mixed keys, the same for the same seed: every type, sizes over three decades, a third without TTL. */
export function randomKeys({ seed, keys, nodes = 3, sizes = 40 }: RandomKeysOptions): PlacedRow[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: keys }, (_, index) => {
    const type = types[below(types.length)] ?? "string";
    return {
      name: `${["user", "session", "{cart}", `{tenant${below(9)}}`][below(4)] ?? ""}:${below(1_000_000)}:${index}`,
      node: `10.0.0.${1 + below(nodes)}:6379`,
      type,
      bytes: Math.round(64 * 1000 ** (below(sizes) / sizes)),
      elements: type === "string" ? null : 1 + below(sizes),
      ttlMs: random() < 0.33 ? -1 : Math.round(1_000 * 10 ** (7 * random())),
      encoding: null,
      idleSeconds: null,
      frequency: below(256),
    };
  });
}

/** The rows as a scan would hand them on: pages of one node each, each read a little later. */
export function inPages(rows: readonly PlacedRow[], keysPerPage = 100): KeyPage[] {
  return [...new Set(rows.map(({ node }) => node))].flatMap((node) => {
    const ofNode = rows.filter((row) => row.node === node);
    return Array.from({ length: Math.ceil(ofNode.length / keysPerPage) }, (_, index) =>
      keyPage({
        rows: ofNode.slice(index * keysPerPage, (index + 1) * keysPerPage),
        node,
        readAtMs: pageReadAtMs + 700 * index,
      }),
    );
  });
}
