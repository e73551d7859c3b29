import type { ItemClass } from "../../model/keyspace.js";
import type { ObservedNode } from "../../model/observation.js";

/** What `stats slabs` and `stats items` show of one class; null: not known. */
export interface Slab {
  chunkBytes: number | null;
  freeChunks: number | null;
  evicted: number | null;
}

/** A page of slab memory, the least that moves between classes: less than one that is free or lost is not worth a word. */
const pageBytes = 2 ** 20;

/** A share of fewer items says nothing. */
const fewItems = 100;

/**
 * With the default growth factor of 1.25 a chunk is at most 20 % larger than its item needs (1 − 1/f): more shows that the
 * sizes and the classes do not fit.
 */
const wastedPercentLimit = 20;

/** With this factor no chunk is more than 7.5 % larger than its item needs. */
const finerFactor = 1.08;

/** One sentence without a full stop: what is wrong with a slab class, worst first. */
export function itemClassVerdict(found: Omit<ItemClass, "verdict">, slabs: ReadonlyMap<number, Slab>): string {
  const clauses = [evictions(found, slabs), neverRead(found), emptiness(found, slabs)].filter((text) => text !== null);
  return clauses.length === 0 ? "nothing to mend" : clauses.join("; ");
}

/** What was observed of a server's slab classes. Empty: nothing. */
export function slabsOf(observed: ObservedNode | undefined): ReadonlyMap<number, Slab> {
  const slabs = observed?.facts.memcachedSlabs;
  const items = observed?.facts.memcachedItems;
  const classes = slabs?.ok === true ? slabs.value.classes : {};
  const itemsOf = items?.ok === true ? items.value : {};
  const ids = new Set([...Object.keys(classes), ...Object.keys(itemsOf)]);
  return new Map(
    [...ids].map((id) => {
      const { chunk_size: chunkBytes, total_chunks: total, used_chunks: used } = classes[id] ?? {};
      const freeChunks = total === undefined || used === undefined ? null : total - used;
      return [Number(id), { chunkBytes: chunkBytes ?? null, freeChunks, evicted: itemsOf[id]?.["evicted"] ?? null }];
    }),
  );
}

function evictions({ slabClass, evicted }: Omit<ItemClass, "verdict">, slabs: ReadonlyMap<number, Slab>) {
  if (evicted === null || evicted === 0) return null;
  const [idle] = [...slabs]
    .filter(([id]) => id !== slabClass)
    .map(([id, { chunkBytes, freeChunks }]) => ({ id, freeChunks, freeBytes: (chunkBytes ?? 0) * (freeChunks ?? 0) }))
    .filter(({ freeBytes }) => freeBytes >= pageBytes)
    .sort((a, b) => b.freeBytes - a.freeBytes);
  if (idle === undefined) return `evicted ${evicted} items since the start`;
  return `evicted ${evicted} items since the start while class ${idle.id} has ${idle.freeChunks ?? 0} free chunks: let pages move (slab_automove)`;
}

function neverRead({ items, neverFetchedPercent }: Omit<ItemClass, "verdict">) {
  if (neverFetchedPercent === null || neverFetchedPercent <= 50 || items < fewItems) return null;
  return `${neverFetchedPercent} % of the items were never read`;
}

function emptiness(
  { slabClass, wastedPercent, chunkBytes, items }: Omit<ItemClass, "verdict">,
  slabs: ReadonlyMap<number, Slab>,
) {
  if (wastedPercent === null || chunkBytes === null || wastedPercent <= wastedPercentLimit) return null;
  if ((items * chunkBytes * wastedPercent) / 100 < pageBytes) return null;
  const isSmallest = slabClass === Math.min(...slabs.keys());
  const advice = isSmallest
    ? "the items are smaller than the smallest chunk, which -n sets"
    : `a growth factor (-f) closer to ${finerFactor}, or -o slab_sizes, fits them better`;
  return `${wastedPercent} % of each chunk is empty: ${advice}`;
}
