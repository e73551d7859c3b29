import { bigKeyDrafts } from "../keyspace/big-keys.js";
import { cannotJudge, defineKeyspaceRule } from "../rule.js";

/** Streams are trimmed, not split: stream-untrimmed looks at them. */
const countCommands: Record<string, string> = { hash: "HLEN", set: "SCARD", zset: "ZCARD", list: "LLEN" };

/** A small integer in a listpack, the least that any encoding takes: one byte for itself and one for its length. */
const leastElementBytes = 2;

export const bigCollection = defineKeyspaceRule({
  id: "big-collection",
  category: "keyspace",
  issue: "Collections with very many elements",
  priorities: ["medium", "high"],
  reason:
    "HGETALL, SMEMBERS, ZRANGE 0 -1 and DEL take time by the number of elements: a million hold the server for about a second, and a collection lives on one node whatever the cluster's size. RedisInsight advises from 1,000 to 5,000 elements on; below 100,000 bounded commands still serve well.",
  source: "RedisInsight, Redis documentation (command complexity)",
  thresholds: {
    mediumElements: { default: 100_000, unit: "count" },
    highElements: { default: 1_000_000, unit: "count" },
  },
  needs: ["scan", "largestKeys"],
  wants: ["longestKeys"],
  rests: "every-key",
  check({ scan, largestKeys }, context, { longestKeys }) {
    const { thresholds } = context;
    const types = Object.keys(countCommands);
    if (!longestKeys.ok) {
      // Elements cannot be counted before 7.2 without touching the key. But what is small in bytes holds few of them.
      const largest = Math.max(0, ...types.map((type) => largestKeys.byType[type]?.[0]?.bytes ?? 0));
      return largest < leastElementBytes * thresholds.mediumElements ? null : cannotJudge(longestKeys.reason);
    }
    const collections = types
      .flatMap((type) => longestKeys.value.byType[type] ?? [])
      .sort((a, b) => (b.elements ?? 0) - (a.elements ?? 0));
    const drafts = bigKeyDrafts(
      collections,
      {
        size: ({ elements }) => elements,
        term: ({ type }) => countCommands[type ?? ""] ?? "elements",
        unit: "count",
        countedAs: "listed collections of this length",
      },
      [
        { above: thresholds.highElements, priority: "high" },
        { above: thresholds.mediumElements, priority: "medium" },
      ],
      "Split the collection over several keys (by hash of the member, by day), read it with HSCAN, SSCAN, ZRANGE in parts, and trim what is not needed. To delete it, take elements away in steps or use UNLINK, which frees in the background but still has to free them all.",
      context,
    );
    if (drafts.length > 0) return drafts;
    const commands = Object.values(countCommands);
    const uncounted = scan.nodes.flatMap(({ refused }) => refused).find(({ command }) => commands.includes(command));
    return uncounted === undefined ? null : cannotJudge(uncounted.reason);
  },
});
