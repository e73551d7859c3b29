import type { ClusterNode, ClusterTopology, NodeRef } from "../model/cluster-topology.js";
import type { PlanRefusal, SlotMove, SlotPlan } from "../model/slot-plan.js";
import { countSlots, formatRanges, rangesOf, slotsOf } from "../model/slot-ranges.js";
import { refuse } from "./refuse.js";

const planAgain = "Nothing was changed. Plan again for the cluster as it is now.";

/**
 * Why the plan is not for this cluster as it is now; null when it fits exactly. Whatever has changed refuses it, also where it
 * would not be in the way: the shares that the user agreed to were those of the other topology.
 */
export function checkPlanFits(plan: SlotPlan, topology: ClusterTopology): PlanRefusal | null {
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const missing = plan.moves.flatMap(({ from, to }) => [from, to]).find(({ id }) => !isPrimary(byId.get(id)));
  if (missing !== undefined) return refuseMember(missing, byId.get(missing.id));
  for (const move of plan.moves) {
    const refusal = refuseForeignSlots(move, byId.get(move.from.id));
    if (refusal !== null) return refusal;
  }
  if (plan.fingerprint === topology.fingerprint) return null;
  return refuse("topology-changed", "Members, roles or slot owners have changed since the plan was made.", planAgain);
}

function isPrimary(node: ClusterNode | undefined): boolean {
  return node?.role === "primary";
}

function refuseMember({ id, address }: NodeRef, node: ClusterNode | undefined): PlanRefusal {
  const name = `${address} (${id.slice(0, 8)})`;
  return node === undefined
    ? refuse(
        "topology-changed",
        `The plan moves slots of or to ${name}, which is no member of this cluster.`,
        planAgain,
      )
    : refuse("topology-changed", `${name} was a primary when the plan was made and is a replica now.`, planAgain);
}

function refuseForeignSlots({ from, slots }: SlotMove, owner: ClusterNode | undefined): PlanRefusal | null {
  const owned = new Set(slotsOf(owner?.slots ?? []));
  const foreign = rangesOf(slotsOf(slots).filter((slot) => !owned.has(slot)));
  if (foreign.length === 0) return null;
  const count = countSlots(foreign);
  const message = `${from.address} no longer owns ${count} of the plan's slots: ${formatRanges(foreign.slice(0, 5))}${foreign.length > 5 ? " and more" : ""}.`;
  return refuse("topology-changed", message, planAgain);
}
