import type { Fact } from "../../model/fact.js";
import type { ConfigFacts, ReplicationFacts } from "../../model/facts.js";
import { limitMaxmemory } from "../memory-limit.js";
import { cannotJudge, defineRule, evidence, notApplicable } from "../rule.js";
import { toTenth } from "../round.js";

export const forkHeadroom = defineRule({
  id: "fork-headroom",
  category: "memory",
  issue: "The memory limit leaves the host little room for a fork",
  priorities: ["medium"],
  reason:
    "Snapshots, AOF rewrites and full resynchronisations fork, and pages written meanwhile are copied, up to twice the data; AWS advises to reserve 25 % for it.",
  source: "ElastiCache guidance, redis.io documentation",
  thresholds: { reservePercent: { default: 25, unit: "percent" } },
  needs: ["memory", "replication"],
  wants: ["config"],
  check({ memory, replication }, { node, thresholds }, { config }) {
    const { maxmemoryBytes, totalSystemBytes } = memory;
    if (maxmemoryBytes === null || !totalSystemBytes)
      return cannotJudge("INFO does not show maxmemory and total_system_memory");
    if (maxmemoryBytes === 0) return notApplicable("no maxmemory is set");
    // With a quarter of the host or more left, whether it forks does not matter.
    const reservePercent = (100 * (totalSystemBytes - maxmemoryBytes)) / totalSystemBytes;
    if (reservePercent >= thresholds.reservePercent) return null;
    const forks = whyItForks(config, replication);
    if (forks === null) return cannotJudge(config.ok ? "CONFIG does not show save and appendonly" : config.reason);
    if (forks === "") return notApplicable("neither snapshots, AOF nor replicas make this server fork");
    return {
      priority: "medium",
      action:
        "Lower maxmemory or use a bigger host, then CONFIG REWRITE so that a restart keeps it; a write-heavy load can need twice the data during a fork.",
      evidence: [
        evidence(node, "maxmemory", maxmemoryBytes, "bytes"),
        evidence(node, "total_system_memory", totalSystemBytes, "bytes"),
        evidence(node, "reserve", toTenth(reservePercent), "percent"),
        evidence(node, "forks for", forks),
      ],
      commands: limitMaxmemory(node, memory, totalSystemBytes * (1 - thresholds.reservePercent / 100)),
    };
  },
});

/** null: cannot be told; empty: nothing does. */
function whyItForks(configFact: Fact<ConfigFacts>, replication: ReplicationFacts): string | null {
  const config: ConfigFacts = configFact.ok ? configFact.value : {};
  const reasons = [
    config.save ? "save" : "",
    config.appendonly === "yes" ? "appendonly" : "",
    (replication.connectedReplicas ?? 0) > 0 ? "replicas" : "",
  ].filter((reason) => reason !== "");
  const unknown =
    config.save === undefined || config.appendonly === undefined || replication.connectedReplicas === null;
  return reasons.length === 0 && unknown ? null : reasons.join(", ");
}
