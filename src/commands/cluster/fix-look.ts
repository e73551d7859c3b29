import { observeCluster } from "../../collect/observe-cluster.js";
import { collectSlotHolders } from "../../collect/slot-holders.js";
import { CachectlError } from "../../model/errors.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import type { FixPlan } from "../../model/fix-plan.js";
import type { ObservedTarget } from "../../model/observation.js";
import { parseAcceptedLoss } from "../../plan/fix-consent.js";
import { ownerViews, slotsInJobs } from "../../plan/fix-views.js";
import { planFix } from "../../plan/plan-fix.js";
import { topologyOf } from "../../plan/topology.js";
import type { OpenCluster } from "./open-cluster.js";
import { orThrow } from "./throw-refusal.js";

export interface FixLook {
  observed: ObservedTarget;
  topology: ClusterTopology;
  plan: FixPlan;
}

/**
 * Looks at every member anew, counts the keys of every slot on every primary, and plans the repair. Read-only.
 *
 * @param acceptLossOf as given to `--accept-loss-of`
 * @throws CachectlError usage for an `acceptLossOf` that names nothing; unreached where a primary answers but its keys cannot be
 *   counted: who has keys decides who gets a slot, so a guess could cost them
 */
export async function lookForFix(cluster: OpenCluster, acceptLossOf: readonly string[]): Promise<FixLook> {
  const { identity, natMap } = cluster.profile;
  const observed = await observeCluster(cluster.fleet, identity);
  const topology = topologyOf(observed, identity.zones ?? {}, natMap);
  const primaries = topology.nodes.filter(({ role, reachable }) => role === "primary" && reachable);
  const holders = await collectSlotHolders(primaries, (id) => cluster.nodeOf(id));
  const [uncounted] = holders.unknown;
  if (uncounted !== undefined)
    throw new CachectlError(
      "unreached",
      "keys-not-counted",
      `the keys of ${uncounted.node.address} cannot be counted: ${uncounted.reason}; nothing was changed`,
      "Who has keys decides who gets a slot. Run fix again when every primary that is up answers.",
    );
  const accepted = orThrow(parseAcceptedLoss(topology, acceptLossOf));
  const facts = { topology, views: ownerViews(observed), holders, jobs: slotsInJobs(observed), accepted };
  return { observed, topology, plan: planFix({ target: identity.name, ...facts }) };
}
