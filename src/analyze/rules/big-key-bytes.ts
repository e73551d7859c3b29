import type { SkewFacts, TopKey } from "../../model/keyspace.js";
import { bigKeyDraft } from "../keyspace/big-keys.js";
import { defineKeyspaceRule, type Draft } from "../rule.js";

export const bigKeyBytes = defineKeyspaceRule({
  id: "big-key-bytes",
  category: "keyspace",
  issue: "One key holds much of its node's memory",
  priorities: ["medium", "high"],
  reason:
    "A key cannot be divided: deleting, expiring, migrating (MIGRATE, slot moves) or copying it blocks its node for as long as its size takes, and no rebalancing relieves the node of it. Strings are freed at once; big-string looks at them.",
  source: "Redis documentation (MIGRATE, DEL), cachectl",
  thresholds: {
    highBytes: { default: 100 * 2 ** 20, unit: "bytes" },
    nodePercent: { default: 5, unit: "percent" },
    // On a nearly empty node any key is much of it.
    minBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["largestKeys", "skew"],
  rests: "every-key",
  check({ largestKeys, skew }, context) {
    const { thresholds } = context;
    const divisible = largestKeys.overall.concat(Object.values(largestKeys.byType).flat());
    const keys = uniqueKeys(divisible).filter(({ type }) => type !== "string");
    const high = keys.filter(({ bytes }) => bytes !== null && bytes > thresholds.highBytes);
    const medium = keys.filter(
      (key) =>
        !high.includes(key) &&
        key.bytes !== null &&
        key.bytes > thresholds.minBytes &&
        100 * key.bytes > thresholds.nodePercent * nodeBytes(skew, key.node),
    );
    const draft = (priority: Draft["priority"], found: TopKey[]) =>
      found.length === 0 ? [] : [bigKeyDraft(found, measure, { priority, action }, context)];
    return [...draft("high", high), ...draft("medium", medium)];
  },
});

const measure = {
  size: ({ bytes }: TopKey) => bytes,
  term: () => "MEMORY USAGE",
  unit: "bytes",
  countedAs: "listed keys of this size",
} as const;

const action =
  "Split it over several keys, or trim it. Delete it in steps (HSCAN with HDEL, LTRIM, ZREMRANGEBYRANK): DEL blocks until all of it is freed, and UNLINK moves that work to another thread, where it still takes memory and CPU for a while.";

/** A key may be among the largest overall and of its type. Largest first. */
function uniqueKeys(keys: readonly TopKey[]): TopKey[] {
  const byIdentity = new Map(keys.map((key) => [JSON.stringify([key.node, key.database, key.key]), key]));
  return [...byIdentity.values()].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
}

function nodeBytes({ nodes }: SkewFacts, address: string): number {
  return nodes.find(({ node }) => node === address)?.bytes?.value ?? Infinity;
}
