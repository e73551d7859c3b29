import type { Command } from "../../model/finding.js";
import type { KeyspaceFacts, MemoryFacts } from "../../model/facts.js";
import type { NodeIdentity, TargetIdentity } from "../../model/node.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { toTenth } from "../round.js";

export const volatilePolicyWithoutTtls = defineRule({
  id: "volatile-policy-without-ttls",
  category: "eviction",
  issue: "The eviction policy takes only keys with a TTL, and hardly any key has one",
  priorities: ["low", "high"],
  reason:
    "volatile-* with nothing to evict behaves like noeviction: writes fail with OOM once memory is full. Below 5 % the few keys with a TTL are evicted at once and gain little; a handful of keys says nothing.",
  source: "Azure Cache guidance, redis.io documentation",
  thresholds: {
    percent: { default: 5, unit: "percent" },
    minKeys: { default: 10, unit: "count" },
  },
  needs: ["memory", "keyspace", "replication"],
  check({ memory, keyspace, replication }, { node, target, thresholds }) {
    if (replication.role === "replica") return notApplicable("a replica does not evict by itself");
    const { maxmemoryBytes, maxmemoryPolicy } = memory;
    if (maxmemoryPolicy === null) return cannotJudge("INFO does not show maxmemory_policy");
    if (!maxmemoryPolicy.startsWith("volatile-")) return notApplicable("the eviction policy is not volatile-*");
    if (keyspace.keys < thresholds.minKeys) return null;
    const percent = (100 * keyspace.expires) / keyspace.keys;
    if (percent >= thresholds.percent) return null;
    const mayLoseKeys = target.role !== "store" && target.role !== "queue";
    return {
      // Without a limit the policy never acts: nothing fails until somebody sets maxmemory.
      priority: maxmemoryBytes === 0 ? "low" : "high",
      action: mayLoseKeys
        ? "Give keys a TTL, or choose an allkeys-* policy if every key may be lost; then CONFIG REWRITE so that a restart keeps it."
        : "Give keys that may be lost a TTL; otherwise say what already happens and choose noeviction, and keep maxmemory well above the data.",
      evidence: [
        evidence(node, "maxmemory-policy", maxmemoryPolicy),
        evidence(node, "keys with a TTL", toTenth(percent), "percent"),
        evidence(node, "expires", keyspace.expires, "count"),
        evidence(node, "keys", keyspace.keys, "count"),
        evidence(node, "maxmemory", maxmemoryBytes, "bytes"),
      ],
      commands: harmlessChange(node, target, memory, keyspace),
    };
  },
});

/**
 * The fitting policy, where choosing it takes nothing away at once. In a nearly full server allkeys-* begins to evict keys that
 * were safe, which only a profile that calls them a cache allows, and noeviction refuses writes that evicting the last keys with
 * a TTL still made room for.
 */
function harmlessChange(
  node: NodeIdentity,
  { role }: TargetIdentity,
  { maxmemoryPolicy, maxmemoryBytes, usedBytes }: MemoryFacts,
  { expires }: KeyspaceFacts,
): Command[] {
  const set = (policy: string) => [serverCommand(node, "CONFIG", "SET", "maxmemory-policy", policy)];
  // 80 % is where memory-near-limit begins.
  const hasRoom =
    maxmemoryBytes === 0 || (maxmemoryBytes !== null && usedBytes !== null && usedBytes < maxmemoryBytes * 0.8);
  if (role === "store" || role === "queue") return hasRoom || expires === 0 ? set("noeviction") : [];
  if (role !== "cache" && !hasRoom) return [];
  return set(maxmemoryPolicy === "volatile-lfu" ? "allkeys-lfu" : "allkeys-lru");
}
