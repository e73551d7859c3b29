import type { ItemClass } from "../../model/keyspace.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, evidence, serverCommand } from "../rule.js";

const namedClasses = 3;

export const memcachedChunkWaste = defineKeyspaceRule({
  id: "memcached-chunk-waste",
  families: ["memcached"],
  category: "memory",
  issue: "Items leave much of their chunks empty",
  priorities: ["low"],
  reason:
    "An item takes a whole chunk of its slab class, and what it leaves is lost. With the default growth factor of 1.25 a tenth is usual; a fifth means that the sizes fall badly between the classes. Under 10 MB it does not matter.",
  source: "memcached slabs.c, cachectl",
  thresholds: {
    percent: { default: 20, unit: "percent" },
    wasteBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["itemClasses"],
  rests: "shares",
  check({ itemClasses }, context) {
    const { thresholds } = context;
    const { classes } = itemClasses;
    if (classes.length > 0 && classes.every(({ chunkBytes }) => chunkBytes === null))
      return cannotJudge("the chunk sizes of the slab classes are not known");
    const addresses = [...new Set(classes.map(({ node }) => node))];
    return addresses.flatMap((address) => {
      const own = classes.filter(({ node, chunkBytes }) => node === address && chunkBytes !== null);
      const chunks = own.reduce((sum, { chunkBytes, items }) => sum + (chunkBytes ?? 0) * items, 0);
      const wasteBytes = own.reduce((sum, itemClass) => sum + wasteOf(itemClass), 0);
      const percent = (100 * wasteBytes) / chunks;
      if (!(percent > thresholds.percent) || wasteBytes <= thresholds.wasteBytes) return [];
      const node = context.nodeAt(address);
      return {
        priority: "low" as const,
        action:
          "Restart with a smaller growth factor (-f 1.08) or with -o slab_sizes that fit the items; both empty the cache.",
        evidence: [
          evidence(node, "empty parts of chunks in use", wasteBytes, "bytes"),
          evidence(node, "of these chunks", toTenth(percent), "percent"),
          ...own
            .toSorted((a, b) => wasteOf(b) - wasteOf(a))
            .slice(0, namedClasses)
            .map((itemClass) =>
              evidence(node, `class ${itemClass.slabClass} (${itemClass.chunkBytes} B)`, wasteOf(itemClass), "bytes"),
            ),
        ],
        commands: [serverCommand(node, "stats", "slabs")],
      };
    });
  },
});

/** Large items take several chunks: what they hold beyond one is no waste. */
function wasteOf({ chunkBytes, items, itemBytes }: ItemClass): number {
  return Math.max(0, (chunkBytes ?? 0) * items - itemBytes);
}
