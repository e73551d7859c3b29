import type { MoveOptions } from "../../apply/move-types.js";
import type { StepResult } from "../../apply/run-steps.js";
import type { ClusterObstacle } from "../../model/cluster-topology.js";
import { formatRanges } from "../../model/slot-ranges.js";
import { planDrain } from "../../plan/plan-drain.js";
import type { RemovalPlan } from "../../plan/plan-removal.js";
import type { Context } from "../context.js";
import { carryOutMoves } from "./carry-out-moves.js";
import type { OpenCluster } from "./open-cluster.js";
import { orThrow } from "./throw-refusal.js";

/**
 * Moves all slots of the primaries that are to be taken out to the others, as evenly as can be. Writes; nothing where none of them
 * owns a slot.
 *
 * @throws CachectlError before anything was changed, as `carryOutMoves` does; a slot that was not moved is in the result
 */
export async function drainMembers(
  context: Context,
  cluster: OpenCluster,
  removal: RemovalPlan,
  tolerated: readonly ClusterObstacle["code"][],
): Promise<StepResult> {
  const nothing: StepResult = { done: [], failed: [], notDone: [] };
  if (removal.drain.length === 0) return nothing;
  const plan = orThrow(
    planDrain(cluster.topology, {
      target: cluster.profile.identity.name,
      operation: "cluster-del-node",
      nodes: removal.drain.map(({ id }) => id),
      loads: null,
      tolerated,
    }),
  );
  const move: MoveOptions = { ...moveDefaults, credentials: cluster.profile.credentials };
  const { moved, notMoved, unverified } = await carryOutMoves(context, cluster, plan, {
    ...{ move, journal: null, tolerated },
  });
  return {
    done: moved.map(
      ({ from, to, slots, keys }) =>
        `slots ${formatRanges(slots)} moved from ${from.address} to ${to.address}, ${keys} keys`,
    ),
    failed: [
      ...notMoved
        .filter(({ state }) => state === "open")
        .map(({ from, to, slots, reason }) => ({
          step: `move slots ${formatRanges(slots)} from ${from.address} to ${to.address}`,
          reason: reason.replace(/\.$/, ""),
        })),
      ...(unverified === null ? [] : [{ step: "see that every node agrees on the slots", reason: unverified }]),
    ],
    notDone: notMoved
      .filter(({ state }) => state === "not-begun")
      .map(
        ({ from, to, slots, reason }) =>
          `move slots ${formatRanges(slots)} from ${from.address} to ${to.address}: ${reason}`,
      ),
  };
}

/** A drain is no more urgent than any other move. */
const moveDefaults: Omit<MoveOptions, "credentials"> = {
  engine: "auto",
  batchKeys: 1_000,
  batchBytes: 1_048_576,
  ratePerSecond: null,
  maxLatencyMs: 100,
  allowBlocking: false,
};
