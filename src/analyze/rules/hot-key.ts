import type { HotKey, HotKeysFacts } from "../../model/keyspace.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, evidence, notApplicable } from "../rule.js";

export const hotKey = defineKeyspaceRule({
  id: "hot-key",
  category: "latency",
  issue: "One key takes much of its node's work",
  priorities: ["medium", "high"],
  reason:
    "A key lives on one node and one thread serves it, so more nodes do not help: with a fifth of the work in one key the others wait for it, with half of it the node's limit is the key's. Fewer than 100 calls a second harm nobody.",
  source: "Redis documentation (HOTKEYS), cachectl",
  thresholds: {
    mediumPercent: { default: 20, unit: "percent" },
    highPercent: { default: 50, unit: "percent" },
    callsPerSecond: { default: 100, unit: "per-second" },
  },
  needs: ["hotKeys"],
  rests: "shares",
  check({ hotKeys }, context) {
    const { thresholds } = context;
    if (hotKeys.method === "frequency")
      return notApplicable("the counters of an LFU policy rank keys but do not say their share of the work");
    const hot = hotKeys.keys.filter(
      (key) => (key.percent ?? 0) > thresholds.mediumPercent && isBusy(key, hotKeys, thresholds.callsPerSecond),
    );
    if (hotKeys.keys.length > 0 && hotKeys.keys.every(({ percent }) => percent === null))
      return cannotJudge("the whole work of the nodes is not known, so neither is a key's share of it");
    return hot.map((key) => {
      const node = context.nodeAt(key.node);
      return {
        priority: (key.percent ?? 0) > thresholds.highPercent ? ("high" as const) : ("medium" as const),
        action:
          "Cache the value in the clients (client-side caching, a local cache of a second), spread reads over replicas, or split the key into several with the same or a part of its content.",
        // What was watched is a moment.
        confidence: "medium" as const,
        evidence: [
          evidence(node, key.key, toTenth(key.percent ?? 0), "percent"),
          evidence(node, `${key.key}, ${hotKeys.metric}`, key.score, "count"),
          ...(hotKeys.seconds === null ? [] : [evidence(node, "watched for", hotKeys.seconds, "seconds")]),
        ],
      };
    });
  },
});

/** Half of ten calls is a moment's chance. Only MONITOR counts calls; the other scores have units of their own. */
function isBusy({ score }: HotKey, { method, seconds }: HotKeysFacts, callsPerSecond: number): boolean {
  return method !== "monitor" || seconds === null || score >= callsPerSecond * seconds;
}
