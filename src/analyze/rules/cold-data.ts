import { wholePass } from "../keyspace/whole-pass.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, notApplicable } from "../rule.js";

const namedGroups = 5;

export const coldData = defineKeyspaceRule({
  id: "cold-data",
  category: "keyspace",
  issue: "Groups of keys that nobody has used for days take much memory",
  priorities: ["info", "low"],
  reason:
    "Memory is the dearest place for data that is not read; half of a group idle for more than a week is no working set. Where the profile does not call it a cache, old data may be meant to stay. Under 10 MB it does not matter.",
  source: "redis-audit, cachectl",
  thresholds: {
    idleSeconds: { default: 604_800, unit: "seconds" },
    percent: { default: 10, unit: "percent" },
    minBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["scan", "keyGroups"],
  rests: "shares",
  check({ scan, keyGroups }, { target, thresholds }) {
    const { groups } = keyGroups;
    const cold = groups.filter(
      ({ bytes, sharePercent, idleSeconds }) =>
        bytes !== null &&
        bytes.value >= thresholds.minBytes &&
        sharePercent >= thresholds.percent &&
        idleSeconds !== null &&
        idleSeconds.p50 > thresholds.idleSeconds,
    );
    if (cold.length > 0) {
      const { nodes, evidence } = wholePass(scan, target);
      return {
        priority: target.role === "cache" || target.role === "session" ? "low" : "info",
        action:
          "Give these keys a TTL, or move them to a cheaper store. See first that nothing reads them rarely but surely, such as a monthly job.",
        // Idle times come from some of the keys, and any read resets them.
        confidence: "medium",
        nodes,
        evidence: cold
          .slice(0, namedGroups)
          .flatMap(({ pattern, bytes, sharePercent, idleSeconds }) => [
            evidence(pattern, bytes?.value ?? null, "bytes"),
            evidence(`${pattern} of all bytes`, toTenth(sharePercent), "percent"),
            evidence(`${pattern} idle (median)`, idleSeconds?.p50 ?? null, "seconds"),
          ]),
      };
    }
    if (groups.some(({ bytes }) => bytes === null)) return cannotJudge("the sizes of the keys are not known");
    if (groups.length === 0 || groups.some(({ idleSeconds }) => idleSeconds !== null)) return null;
    const refusals = scan.nodes.flatMap(({ refused }) =>
      refused.filter(({ command }) => command === "OBJECT IDLETIME"),
    );
    const denied = refusals.find(({ cause }) => cause === "not-permitted");
    return denied === undefined
      ? notApplicable("no idle times were seen: under an LFU policy a server keeps none")
      : cannotJudge(denied.reason);
  },
});
