import type { DataRole } from "../../model/node.js";
import type { ObservedNode } from "../../model/observation.js";
import { shareConfidence, wholePass } from "../keyspace/whole-pass.js";
import { toTenth } from "../round.js";
import { cannotJudge, defineKeyspaceRule, notApplicable } from "../rule.js";

const namedGroups = 3;

/** Whoever sets a limit and lets the server evict keeps a cache; a store that does is another rule's concern. */
function isCache(role: DataRole | null, nodes: readonly ObservedNode[]): boolean {
  if (role !== null) return role === "cache" || role === "session";
  return nodes.some(({ facts: { memory } }) => {
    if (memory?.ok !== true) return false;
    const { maxmemoryBytes, maxmemoryPolicy } = memory.value;
    return (
      maxmemoryBytes !== null && maxmemoryBytes > 0 && maxmemoryPolicy !== null && maxmemoryPolicy !== "noeviction"
    );
  });
}

export const bytesWithoutTtl = defineKeyspaceRule({
  id: "bytes-without-ttl",
  families: ["redis", "memcached"],
  category: "keyspace",
  issue: "Much of a cache's memory is in keys without a TTL",
  priorities: ["medium"],
  reason:
    "What has no TTL stays, stale, until it is evicted, and volatile-* policies never evict it. A fifth may be meant to stay; below 1 MB it does not matter.",
  source: "cachectl",
  thresholds: {
    percent: { default: 20, unit: "percent" },
    minBytes: { default: 2 ** 20, unit: "bytes" },
  },
  needs: ["scan", "ttls"],
  rests: "shares",
  check({ scan, ttls }, { target, thresholds, nodes: observed }) {
    if (!isCache(target.role, observed))
      return notApplicable(
        "neither the profile (role: cache or session) nor an eviction policy says that this is a cache",
      );
    const { withTtlBytes, withoutTtlBytes } = ttls;
    if (withTtlBytes === null || withoutTtlBytes === null) return cannotJudge("the sizes of the keys are not known");
    const bytes = withTtlBytes.value + withoutTtlBytes.value;
    const percent = (100 * withoutTtlBytes.value) / bytes;
    // Nothing is no share of nothing: percent is NaN without keys.
    if (withoutTtlBytes.value < thresholds.minBytes || !(percent > thresholds.percent)) return null;
    const { nodes, evidence } = wholePass(scan, target);
    return {
      priority: "medium",
      action:
        "Set a TTL with every write (SET … EX, HSET and EXPIRE in one transaction), and give the present keys one with EXPIRE in a scan.",
      confidence: shareConfidence(withoutTtlBytes, bytes, thresholds.percent, scan),
      nodes,
      evidence: [
        evidence("bytes without TTL", withoutTtlBytes.value, "bytes"),
        evidence("share of all bytes", toTenth(percent), "percent"),
        evidence("keys without TTL", ttls.withoutTtl.value, "count"),
        ...ttls.groupsWithout
          .slice(0, namedGroups)
          .map((group) =>
            group.bytes === null
              ? evidence(group.pattern, group.keys.value, "count")
              : evidence(group.pattern, group.bytes.value, "bytes"),
          ),
      ],
    };
  },
});
