import { addressEvidence, defineSentinelRule } from "../sentinel-rule.js";
import { serverCommand } from "../rule.js";

export const sentinelMasterRole = defineSentinelRule({
  id: "sentinel-master-role",
  category: "availability",
  issue: "The server that the sentinels name as master is none",
  priorities: ["critical"],
  reason:
    "Clients are sent to it and get READONLY for every write. Sentinel puts this right by itself within seconds, if it can.",
  source: "redis.io documentation",
  asks: "sentinels and servers",
  judge({ name, address, agreeing, primary, replicas }) {
    const { replication } = primary.facts;
    if (replication?.ok !== true || replication.value.role === "primary") return [];
    if (agreeing.some(({ master }) => master.flags.includes("failover_in_progress"))) return [];
    const real = replicas.find(
      ({ facts }) => facts.replication?.ok === true && facts.replication.value.role === "primary",
    );
    return [
      {
        priority: "critical",
        action:
          real === undefined
            ? "No server of this group is a master: make the one with the newest data one (REPLICAOF NO ONE on it), and the sentinels follow."
            : "Another server of this group is the master. If it is the right one, let the named one follow it until the sentinels have seen it; a failover forced now settles both.",
        evidence: [
          addressEvidence(primary.address, `named as master ${name}`, address),
          addressEvidence(primary.address, "role", "replica"),
          addressEvidence(primary.address, "primary", replication.value.primaryAddress),
          ...(real === undefined ? [] : [addressEvidence(real.address, "role", "primary")]),
        ],
        commands: agreeing.slice(0, 1).map(({ node }) => serverCommand(node, "SENTINEL", "MASTER", name)),
      },
    ];
  },
});
