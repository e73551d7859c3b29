import { cannotJudge, defineRule, evidence, notApplicable } from "../rule.js";
import { toTenth } from "../round.js";

export const keysWithoutTtl = defineRule({
  id: "keys-without-ttl",
  category: "keyspace",
  issue: "Many keys of a cache have no TTL",
  priorities: ["medium"],
  reason:
    "A cached key without a TTL stays, stale, until it is evicted; up to a fifth may be meant to stay, and below 1,000 keys it does not matter.",
  source: "cachectl",
  thresholds: {
    percent: { default: 20, unit: "percent" },
    minKeys: { default: 1000, unit: "count" },
  },
  needs: ["keyspace", "memory", "replication"],
  check({ keyspace, memory, replication }, { node, target, thresholds }) {
    if (replication.role === "replica") return notApplicable("TTLs are judged on the primary");
    if (target.role === "store" || target.role === "queue") return notApplicable(`a ${target.role} keeps its keys`);
    const meantToExpire = target.role === "cache" || target.role === "session";
    if (!meantToExpire && memory.maxmemoryPolicy === null) return cannotJudge("INFO does not show maxmemory_policy");
    if (!meantToExpire && memory.maxmemoryPolicy === "noeviction")
      return notApplicable("neither the profile nor the eviction policy says that this is a cache");
    if (keyspace.keys < thresholds.minKeys) return null;
    const withoutTtl = keyspace.keys - keyspace.expires;
    const percent = (100 * withoutTtl) / keyspace.keys;
    if (percent <= thresholds.percent) return null;
    const databases = Object.entries(keyspace.databases).map(([index, { keys, expires }]) =>
      evidence(node, `db${index}`, `keys=${keys},expires=${expires}`),
    );
    return {
      priority: "medium",
      action:
        "Set a TTL with every write (SET … EX, HEXPIRE), and give the present keys one with EXPIRE in a scan: cachectl bigkeys names the groups that have none.",
      evidence: [
        evidence(node, "keys without a TTL", toTenth(percent), "percent"),
        evidence(node, "keys", keyspace.keys, "count"),
        evidence(node, "expires", keyspace.expires, "count"),
        evidence(node, "maxmemory-policy", memory.maxmemoryPolicy),
        // A server may have hundreds of databases; the total is above.
        ...databases.slice(0, 16),
      ],
    };
  },
});
