import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

export const memcachedSlabWaste = defineRule({
  id: "memcached-slab-waste",
  families: ["memcached"],
  category: "memory",
  issue: "Much of the memory given to slab classes holds no data",
  priorities: ["low", "medium"],
  reason:
    "A page belongs to one class of chunk size: free chunks serve no other size, and each item wastes the rest of its chunk. Under 10 MiB a handful of half-empty pages would alarm.",
  source: "Memcached slabs.c, cachectl",
  thresholds: {
    percent: { default: 20, unit: "percent" },
    wasteBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["memcachedSlabs", "memcachedStats"],
  wants: ["memcachedItems"],
  check({ memcachedSlabs, memcachedStats }, { node, thresholds }, { memcachedItems }) {
    const limitBytes = memcachedStats.numbers["limit_maxbytes"];
    if (limitBytes === undefined) return cannotJudge("stats does not show limit_maxbytes");
    if (limitBytes === 0) return notApplicable("no memory limit is set");
    const items = memcachedItems.ok ? memcachedItems.value : {};
    const sizes = Object.entries(memcachedSlabs.classes).map(([id, slab]) => sizesOf(slab, items[id]));
    if (sizes.includes(null))
      return cannotJudge(
        memcachedItems.ok ? "stats does not show mem_requested of every slab class" : memcachedItems.reason,
      );
    const known = sizes.filter((size) => size !== null);
    const sum = (pick: (size: Sizes) => number) => known.reduce((total, size) => total + pick(size), 0);
    const wasteBytes = sum(({ totalBytes, requestedBytes }) => totalBytes - requestedBytes);
    const percent = (100 * wasteBytes) / limitBytes;
    if (percent <= thresholds.percent || wasteBytes <= thresholds.wasteBytes) return null;
    const insideChunksBytes = sum(({ usedBytes, requestedBytes }) => usedBytes - requestedBytes);
    const byChunkSize = (100 * insideChunksBytes) / limitBytes > thresholds.percent;
    return {
      // Free chunks are used again when items of their size come back; the slack inside used chunks never is.
      priority: byChunkSize ? "medium" : "low",
      action: byChunkSize
        ? "The items' sizes fall badly between chunk sizes: restart with a smaller growth factor (-f) or fitting -o slab_sizes."
        : "Free chunks are held by classes that do not need them now: let pages move between classes (slabs automove), or wait when the cache was just emptied.",
      evidence: [
        evidence(node, "total_chunks * chunk_size - mem_requested", wasteBytes, "bytes"),
        evidence(node, "of it inside used chunks", insideChunksBytes, "bytes"),
        evidence(node, "limit_maxbytes", limitBytes, "bytes"),
        evidence(node, "waste", Math.round(percent * 10) / 10, "percent"),
      ],
      commands: [serverCommand(node, "stats", "slabs")],
    };
  },
});

interface Sizes {
  totalBytes: number;
  usedBytes: number;
  requestedBytes: number;
}

/** `mem_requested` is in `stats slabs` up to 1.5 and in `stats items` from 1.6 on, there only for classes that hold items. */
function sizesOf(slab: Record<string, number>, item: Record<string, number> | undefined): Sizes | null {
  const { chunk_size: chunk, total_chunks: total, used_chunks: used } = slab;
  const requestedBytes = slab["mem_requested"] ?? item?.["mem_requested"] ?? (used === 0 ? 0 : undefined);
  if (chunk === undefined || total === undefined || used === undefined || requestedBytes === undefined) return null;
  return { totalBytes: total * chunk, usedBytes: used * chunk, requestedBytes };
}
