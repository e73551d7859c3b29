import type { NodeIdentity } from "../../model/node.js";
import type { Recommendation } from "../../model/report.js";
import type { DrillOutcome, DrillPlan } from "../../model/sentinel-drill.js";
import { commandLine } from "../command-line.js";

/** What to do where acknowledged writes were lost. None lost, or not known: nothing. Pure. */
export function drillRecommendations(
  plan: DrillPlan,
  { ledger }: DrillOutcome,
  nodes: readonly NodeIdentity[],
): Recommendation[] {
  const lost = ledger.clients.reduce((sum, { missing }) => sum + (missing ?? 0), 0);
  if (lost === 0) return [];
  const unguarded = nodes.filter(({ address }) => {
    const setting = plan.minReplicas[address];
    return setting?.ok === true && setting.value === 0;
  });
  const evidence = Object.entries(plan.minReplicas).flatMap(([node, setting]) =>
    setting.ok ? [{ node, fact: "min-replicas-to-write", value: setting.value, unit: "count" as const }] : [],
  );
  return [
    {
      category: "replication",
      issue: "Acknowledged writes were lost in the failover",
      ...(unguarded.length > 0 ? guardAdvice(unguarded) : listenAdvice()),
      priority: "high",
      ruleId: "drill-lost-writes",
      target: plan.target,
      node: plan.primary,
      nodes: [plan.primary],
      evidence: [{ node: plan.primary, fact: "acknowledged writes lost", value: lost, unit: "count" }, ...evidence],
      confidence: "high",
    },
  ];
}

function guardAdvice(unguarded: readonly NodeIdentity[]) {
  return {
    action:
      "Set min-replicas-to-write on every data node, so that a primary whose replicas have left it takes no more writes, and have clients follow +switch-master.",
    reason:
      "After a promotion the old primary takes writes until Sentinel makes it a replica, some ten seconds later, and these are dropped. With min-replicas-to-write 1 it refuses them once no replica is linked. With one replica only, that stops the new primary too until the old one follows it: have two.",
    commands: unguarded.flatMap((node) => [
      ...["min-replicas-to-write", "min-replicas-max-lag"].map((name, i) =>
        commandLine({ kind: "server", node: node.address, argv: ["CONFIG", "SET", name, i === 0 ? "1" : "10"] }, node),
      ),
      commandLine({ kind: "server", node: node.address, argv: ["CONFIG", "REWRITE"] }, node),
    ]),
  };
}

function listenAdvice() {
  return {
    action:
      "Have clients follow +switch-master, and use WAIT for writes that must not be lost; a higher min-replicas-to-write narrows the window.",
    reason:
      "min-replicas-to-write is set or not known, and it does not cover what a replica has not yet received when it is promoted.",
    commands: [],
  };
}
