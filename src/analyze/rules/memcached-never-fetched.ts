import { wholePass } from "../keyspace/whole-pass.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule } from "../rule.js";

const namedGroups = 3;

export const memcachedNeverFetched = defineKeyspaceRule({
  id: "memcached-never-fetched",
  families: ["memcached"],
  category: "keyspace",
  issue: "Most items were never read since they were stored",
  priorities: ["low"],
  reason:
    "An item that is stored and never fetched costs its write and the memory of one that would have been. Items of the last minutes may still be, so only a cache whose items are mostly older than ten minutes is judged, from 10,000 items on.",
  source: "memcached protocol.txt (metadump), cachectl",
  thresholds: {
    percent: { default: 50, unit: "percent" },
    minItems: { default: 10_000, unit: "count" },
    ageSeconds: { default: 600, unit: "seconds" },
  },
  needs: ["scan", "keyTotals", "keyGroups", "itemClasses"],
  rests: "shares",
  check({ scan, keyTotals, keyGroups, itemClasses }, { target, thresholds }) {
    const { neverFetchedPercent, ageSeconds } = itemClasses;
    if (keyTotals.keys.value < thresholds.minItems) return null;
    if (neverFetchedPercent === null || ageSeconds === null)
      return cannotJudge("the dump does not say which items were fetched, or when they were last used");
    if (neverFetchedPercent <= thresholds.percent || ageSeconds.p50 < thresholds.ageSeconds) return null;
    const { nodes, evidence } = wholePass(scan, target);
    const worst = keyGroups.groups
      .filter((group) => (group.neverFetchedPercent ?? 0) > thresholds.percent)
      .slice(0, namedGroups);
    return {
      priority: "low",
      action:
        "Do not store what is not read again: store on the second request, or leave groups out that only writers know.",
      nodes,
      evidence: [
        evidence("never fetched", toTenth(neverFetchedPercent), "percent"),
        evidence("items", keyTotals.keys.value, "count"),
        evidence("seconds since last use (median)", ageSeconds.p50, "seconds"),
        ...worst.map((group) =>
          evidence(`${group.pattern} never fetched`, toTenth(group.neverFetchedPercent ?? 0), "percent"),
        ),
      ],
    };
  },
});
