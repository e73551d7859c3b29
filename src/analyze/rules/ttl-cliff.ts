import { wholePass } from "../keyspace/whole-pass.js";
import { toTenth } from "../round.js";
import { defineKeyspaceRule } from "../rule.js";

export const ttlCliff = defineKeyspaceRule({
  id: "ttl-cliff",
  families: ["redis", "memcached"],
  category: "keyspace",
  issue: "Many keys expire in the same minute",
  priorities: ["medium"],
  reason:
    "When a tenth of the keys goes at once, the server spends its time on expiry and the stores behind it meet all the misses together. A steady stream of short TTLs fills the next minutes in the same way without any harm, so only what is due after ten minutes counts: no steady TTL can put a tenth into one of those.",
  source: "cachectl",
  thresholds: {
    percent: { default: 10, unit: "percent" },
    minKeys: { default: 10_000, unit: "count" },
    fromSeconds: { default: 600, unit: "seconds" },
  },
  needs: ["scan", "ttls"],
  rests: "shares",
  check({ scan, ttls }, { target, thresholds, nowMs }) {
    const cliffs = ttls.cliffs.filter(
      ({ at, keys, percent }) =>
        percent > thresholds.percent &&
        keys.value >= thresholds.minKeys &&
        at >= nowMs / 1_000 + thresholds.fromSeconds,
    );
    if (cliffs.length === 0) return null;
    const { nodes, evidence } = wholePass(scan, target);
    return {
      priority: "medium",
      action:
        "Spread the TTLs where they are set: add a random tenth to each (jitter). For the present keys, EXPIRE some of them anew before that minute, in a scan.",
      confidence: scan.sampleRatio < 1 || scan.gaps.length > 0 ? "medium" : "high",
      nodes,
      evidence: [
        ...cliffs.slice(0, 1).map(({ percent }) => evidence("due in one minute", toTenth(percent), "percent")),
        ...cliffs.map(({ at, keys }) => evidence(`due at ${minuteText(at)}`, keys.value, "count")),
        evidence("keys with a TTL", ttls.withTtl.value, "count"),
      ],
    };
  },
});

/** `2026-11-20T13:05Z` */
function minuteText(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1_000).toISOString().slice(0, 16)}Z`;
}
