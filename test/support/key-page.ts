import type { KeyPage } from "../../src/model/key-page.js";

/** One key of a page; what is left out is the plainest: a string of 64 bytes without TTL that was not asked more about. */
export interface KeyRow {
  name: string;
  type?: string | null;
  bytes?: number | null;
  elements?: number | null;
  ttlMs?: number | null;
  encoding?: string | null;
  idleSeconds?: number | null;
  frequency?: number | null;
  /** Memcached: both of all rows of a page, or of none. */
  fetched?: boolean;
  slabClass?: number;
}

export interface PageOptions {
  /** First for convenience in literals: the keys. */
  rows: KeyRow[];
  node?: string;
  database?: number;
  readAtMs?: number;
}

/** When literal pages were read: a whole minute, so that TTLs in tests add up. */
export const pageReadAtMs = 1_700_000_040_000;

export const pageNode = "10.0.0.1:6379";

/** A page as a scan would hand it on, from rows. */
export function keyPage({ rows, node = pageNode, database = 0, readAtMs = pageReadAtMs }: PageOptions): KeyPage {
  const isMemcached = rows.some(({ slabClass }) => slabClass !== undefined);
  return {
    node,
    database,
    readAtMs,
    names: rows.map(({ name }) => name),
    types: column(rows, "type", isMemcached ? "item" : "string"),
    bytes: column(rows, "bytes", 64),
    elements: column(rows, "elements", null),
    ttlMs: column(rows, "ttlMs", -1),
    encodings: column(rows, "encoding", null),
    idleSeconds: column(rows, "idleSeconds", null),
    frequencies: column(rows, "frequency", null),
    items: isMemcached
      ? {
          fetched: rows.map(({ fetched }) => fetched ?? false),
          slabClasses: rows.map(({ slabClass }) => slabClass ?? 1),
        }
      : null,
  };
}

/** A null in a row is kept: only what is left out takes the default. */
function column<K extends keyof KeyRow, D>(
  rows: KeyRow[],
  name: K,
  otherwise: D,
): (Exclude<KeyRow[K], undefined> | D)[] {
  return rows.map((row) => {
    const value = row[name];
    return value === undefined ? otherwise : (value as Exclude<KeyRow[K], undefined>);
  });
}

/** Numbers of [0, 1) that are the same with every run of the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The list in another order (Fisher–Yates). */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
