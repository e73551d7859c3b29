import { hostOf } from "../../model/node.js";
import { monitoredMasters, oddOnes, type Monitored } from "../monitored-masters.js";
import { defineTargetRule, evidence, notApplicable, serverCommand, type Draft } from "../rule.js";

export const sentinelViewsDiffer = defineTargetRule({
  id: "sentinel-views-differ",
  families: ["sentinel"],
  category: "availability",
  issue: "The sentinels name different masters under one name",
  priorities: ["medium", "high"],
  reason:
    "Clients take the master from whichever sentinel answers first: with two answers, writes go to two servers. A failover spreads within two seconds.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  check(views) {
    if (views.length < 2) return notApplicable("only one sentinel answered");
    return monitoredMasters(views).flatMap(([name, watching]) => [
      ...addressDispute(name, watching),
      ...epochDispute(name, watching),
    ]);
  },
});

function addressDispute(name: string, watching: readonly Monitored[]): Draft[] {
  const dispute = oddOnes(watching, ({ master }) => master.address);
  if (dispute === null) return [];
  const usual = watching.find(({ master }) => master.address === dispute.usual)?.master;
  const colon = dispute.usual.lastIndexOf(":");
  // Sentinel goes by the highest epoch, not by the most votes: an odd one that has it is the first to know of a failover.
  const newest = (address: string) =>
    Math.max(...watching.map(({ master }) => (master.address === address ? (master.configEpoch ?? 0) : -1)));
  const isSettled = dispute.odd.every(({ entry: { master } }) => newest(dispute.usual) >= (master.configEpoch ?? 0));
  return [
    {
      priority: "high",
      action:
        "Look again after some seconds, in case a failover is just spreading. If it stays, let the odd sentinels watch what the others do: remove the name there and add it again, then its auth-pass and other settings (SENTINEL SET), which REMOVE forgets.",
      evidence: watching.flatMap(({ node, master }) => [
        evidence(node, `address of ${name}`, master.address),
        evidence(node, "config-epoch", master.configEpoch, "count"),
      ]),
      commands: (isSettled ? dispute.odd : []).flatMap(({ entry: { node } }) => [
        serverCommand(node, "SENTINEL", "REMOVE", name),
        serverCommand(
          node,
          "SENTINEL",
          "MONITOR",
          name,
          hostOf(dispute.usual),
          dispute.usual.slice(colon + 1),
          String(usual?.quorum ?? Math.floor(watching.length / 2) + 1),
        ),
        ...(usual?.downAfterMs == null
          ? []
          : [serverCommand(node, "SENTINEL", "SET", name, "down-after-milliseconds", String(usual.downAfterMs))]),
      ]),
    },
  ];
}

/** Only among those that name one address: another epoch is what another address comes with. */
function epochDispute(name: string, watching: readonly Monitored[]): Draft[] {
  const address = oddOnes(watching, ({ master }) => master.address)?.usual ?? watching[0]?.master.address;
  const agreeing = watching.filter(({ master }) => master.address === address);
  if (oddOnes(agreeing, ({ master }) => master.configEpoch) === null) return [];
  return [
    {
      priority: "medium",
      issue: "The sentinels have different configuration epochs for one master",
      action:
        "Look again after some seconds: sentinels tell each other every two seconds. If it stays, those with the lower epoch do not hear the others: check that they are logged in to the master and its replicas.",
      evidence: agreeing.map(({ node, master }) =>
        evidence(node, `config-epoch of ${name}`, master.configEpoch, "count"),
      ),
      commands: agreeing.map(({ node }) => serverCommand(node, "SENTINEL", "MASTER", name)),
    },
  ];
}
