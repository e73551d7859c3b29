import { bigKeyDrafts } from "../keyspace/big-keys.js";
import { cannotJudge, defineKeyspaceRule } from "../rule.js";

export const bigString = defineKeyspaceRule({
  id: "big-string",
  category: "keyspace",
  issue: "Very large string values",
  priorities: ["low", "medium", "high"],
  reason:
    "A string is read and written whole: 10 MB hold the server's one thread and a gigabit link for about 80 ms with every GET, and every other client waits. Cloud vendors call a string a big key from 1 to 10 MB on; a cache serves it again with every hit.",
  source: "Alibaba Cloud (big keys), RedisInsight, cachectl",
  thresholds: {
    largeBytes: { default: 2 ** 20, unit: "bytes" },
    highBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["largestKeys"],
  rests: "every-key",
  check({ largestKeys }, context) {
    const { thresholds, target } = context;
    const readOften = target.role === "cache" || target.role === "session";
    const drafts = bigKeyDrafts(
      largestKeys.byType["string"] ?? [],
      {
        size: ({ bytes }) => bytes,
        term: () => "MEMORY USAGE",
        unit: "bytes",
        countedAs: "listed strings of this size",
      },
      [
        { above: thresholds.highBytes, priority: "high" },
        { above: thresholds.largeBytes, priority: readOften ? "medium" : "low" },
      ],
      "Split the value (a hash of parts that are read one by one), compress it, or keep it in an object store with only its address here.",
      context,
    );
    const untyped = drafts.length === 0 && largestKeys.overall.some(({ type }) => type === null);
    return untyped ? cannotJudge("the types of the keys are not known") : drafts;
  },
});
