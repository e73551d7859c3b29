import { lossCases, type LossCase } from "../../model/host-loss.js";
import { promotableReplicas } from "../../model/promotable.js";
import { votesNeeded, type SentinelGroup } from "../../model/sentinel-group.js";
import { isThrowaway } from "../environment.js";
import { addressEvidence, defineSentinelRule } from "../sentinel-rule.js";
import type { Draft } from "../rule.js";

export const sentinelHostLoss = defineSentinelRule({
  id: "sentinel-host-loss",
  category: "availability",
  issue: "The loss of one host would end the service: no failover could follow",
  priorities: ["info", "medium", "high"],
  reason:
    "Simulated on what was seen: without the host, the sentinels that are left must reach the quorum and a majority of all that are known, and one of the replicas that are left must be promotable.",
  source: "redis.io documentation",
  asks: "sentinels and servers",
  judge(group, { target }) {
    const cases = lossCases(group, target.zones).filter((each) => isNews(each, group));
    const lost = cases.filter(({ outcome }) => outcome === "service lost");
    const last = cases.filter(({ outcome }) => outcome === "primary stays, but no failover after that");
    const drafts = [
      ...draft(
        group,
        lost,
        "high",
        "The loss of one host would end the service: no failover could follow",
        "Spread sentinels and replicas so that without any one host a majority of the sentinels and a promotable replica are left.",
      ),
      ...draft(
        group,
        last,
        "medium",
        "The loss of one host would leave too few sentinels for a failover",
        "Spread the sentinels over more hosts, one on each, so that without any one of them a majority is left.",
      ),
    ];
    return isThrowaway(target) ? drafts.map((each) => ({ ...each, priority: "info" as const })) : drafts;
  },
});

/** What is wrong already, without any loss, has a rule of its own. */
function isNews({ elects, promotableLeft, primary }: LossCase, group: SentinelGroup): boolean {
  const electsNow = group.agreeing.length >= votesNeeded(group).votes;
  const byElection = !elects && electsNow;
  const byReplicas = primary && promotableLeft.length === 0 && promotableReplicas(group).length > 0;
  return byElection || byReplicas;
}

function draft(
  group: SentinelGroup,
  cases: readonly LossCase[],
  priority: Draft["priority"],
  issue: string,
  action: string,
): Draft[] {
  if (cases.length === 0) return [];
  return [
    {
      priority,
      issue,
      action,
      evidence: cases.flatMap((each) => {
        const where = each.sentinels[0] ?? (each.primary ? group.primary.address : (each.replicas[0] ?? group.address));
        const loss = `without ${each.kind} ${each.name}`;
        return [
          addressEvidence(where, `${loss}: sentinels left of ${each.votesNeeded} needed`, each.votesLeft, "count"),
          addressEvidence(where, `${loss}: promotable replicas left`, each.promotableLeft.length, "count"),
        ];
      }),
    },
  ];
}
