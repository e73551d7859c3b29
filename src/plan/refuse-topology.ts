import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import type { PlanRefusal } from "../model/slot-plan.js";
import type { SlotPlanOptions } from "./plan-options.js";
import { refuse } from "./refuse.js";

/**
 * Why no slot of this cluster may be moved now; null when it may. Slots are only moved in a cluster that agrees with itself:
 * whoever moves on top of an open slot or a failing primary makes two problems of one.
 *
 * @param involved primaries that give or take: for them nothing is tolerated
 */
export function refuseTopology(
  topology: ClusterTopology,
  { tolerated = [] }: Pick<SlotPlanOptions, "tolerated">,
  involved: readonly ClusterNode[],
): PlanRefusal | null {
  const standing = topology.obstacles.filter(({ code }) => !tolerated.includes(code));
  const [worst] = standing;
  if (worst !== undefined) {
    const others = standing.length === 1 ? "" : ` (and ${standing.length - 1} more, see cachectl cluster check)`;
    return refuse(worst.code, `${worst.message}${others}`, worst.hint);
  }
  const primaries = topology.nodes.filter(({ role }) => role === "primary");
  return refuseDown(tolerated.length === 0 ? primaries : involved);
}

function refuseDown(primaries: readonly ClusterNode[]): PlanRefusal | null {
  const silent = primaries.find(({ reachable }) => !reachable);
  if (silent !== undefined)
    return refuse(
      "node-unreachable",
      `The primary ${silent.address} did not answer: ${silent.failure ?? "no reason is known"}.`,
      "Every primary has to learn of a slot's new owner. Bring it back, or have a replica take over (cachectl cluster failover).",
    );
  const failing = primaries.find((node) => node.failing);
  if (failing === undefined) return null;
  return refuse(
    "node-failing",
    `Members of the cluster hold the primary ${failing.address} for failing.`,
    "Wait until the failover is over or the node is back, then plan again. cachectl cluster check shows who sees what.",
  );
}
