import type { EvictionNode } from "../../model/eviction-node.js";
import type { Section } from "../../model/report.js";
import { column, tableSection } from "../keyspace/section-table.js";

interface Pair {
  before: EvictionNode;
  after: EvictionNode | null;
}

/** Evictions, hit rate and refused writes of every node, over a sample before and one after the change. */
export function effectSection(
  target: string,
  before: readonly EvictionNode[],
  after: readonly EvictionNode[],
): Section[] {
  const pairs = before.map((node) => ({
    before: node,
    after: after.find(({ address }) => address === node.address) ?? null,
  }));
  return tableSection<Pair>(
    { target, several: false },
    {
      id: "effect",
      title: "BEFORE AND AFTER",
      rows: pairs,
      columns: [
        column("node", "node", "text", null, ({ before }) => before.address),
        column("evictionsBefore", "evictions before", "per-second", 90, ({ before }) => before.evictionsPerSecond),
        column("evictionsAfter", "after", "per-second", 90, ({ after }) => after?.evictionsPerSecond ?? null),
        column("hitRateBefore", "hit rate before", "percent", 80, ({ before }) => before.hitRate),
        column("hitRateAfter", "after", "percent", 80, ({ after }) => after?.hitRate ?? null),
        column("refusedBefore", "OOM before", "per-second", 85, ({ before }) => before.refusedWritesPerSecond),
        column("refusedAfter", "after", "per-second", 85, ({ after }) => after?.refusedWritesPerSecond ?? null),
        column("keysBefore", "keys before", "count", 60, ({ before }) => before.keys),
        column("keysAfter", "after", "count", 60, ({ after }) => after?.keys ?? null),
        column("countedBytes", "counted now", "bytes", 50, ({ after }) => after?.countedBytes ?? null),
      ],
    },
  );
}
