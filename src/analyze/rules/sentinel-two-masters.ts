import { hostOf } from "../../model/node.js";
import type { DataNode } from "../../model/sentinel-group.js";
import { addressEvidence, defineSentinelRule } from "../sentinel-rule.js";
import { serverCommand } from "../rule.js";

export const sentinelTwoMasters = defineSentinelRule({
  id: "sentinel-two-masters",
  category: "availability",
  issue: "Two servers of one group are masters (split brain)",
  priorities: ["critical"],
  reason:
    "Clients that still talk to the old master write what no other server gets; when it follows the new one again, these writes are gone.",
  source: "redis.io documentation",
  asks: "sentinels and servers",
  judge({ name, address, voices, agreeing, primary, replicas }) {
    const masters = [primary, ...replicas].filter(isMaster);
    // Between the promotion and its end, a failover has two for a moment.
    if (masters.length < 2 || agreeing.some(({ master }) => master.flags.includes("failover_in_progress"))) return [];
    const isDisputed = voices.some(({ master }) => master.address !== address);
    const port = address.slice(address.lastIndexOf(":") + 1);
    return [
      {
        priority: "critical",
        action:
          "Stop writes to the server that the sentinels do not name, save what only it has (compare, or copy its RDB file), then let it follow the named one. Sentinel does that itself as soon as it reaches and may command both: find out why it does not.",
        nodes: masters.map((each) => each.address),
        evidence: masters.flatMap((each) => {
          const { replication } = each.facts;
          const facts = replication?.ok === true ? replication.value : null;
          return [
            addressEvidence(each.address, "role", each === primary ? `primary, named as ${name}` : "primary"),
            addressEvidence(each.address, "master_repl_offset", facts?.offset ?? null, "count"),
            addressEvidence(each.address, "connected_slaves", facts?.connectedReplicas ?? null, "count"),
          ];
        }),
        // While the sentinels do not agree on the master, the one to give up may be the one that most still name.
        commands: (isDisputed ? [] : masters).flatMap(({ node }) =>
          node === null || node === primary.node ? [] : [serverCommand(node, "REPLICAOF", hostOf(address), port)],
        ),
      },
    ];
  },
});

function isMaster({ facts: { replication } }: DataNode): boolean {
  return replication?.ok === true && replication.value.role === "primary";
}
