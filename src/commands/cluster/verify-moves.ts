import type { MovedPart, MoveResult, NotMovedPart } from "../../apply/move-types.js";
import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import { countSlots, formatRanges, rangesOf, slotsOf } from "../../model/slot-ranges.js";
import type { Context } from "../context.js";
import type { OpenCluster } from "./open-cluster.js";
import { settle } from "./wait-until-settled.js";

export interface VerifiedMoves extends MoveResult {
  /** Why not every node could be seen to agree with what was done, as a clause; null: all do. */
  unverified: string | null;
}

/**
 * Asks every node who owns what was moved, until all agree (at most a minute). What its new owner does not call its own goes from
 * `moved` to `notMoved`: an OK to SETSLOT is a promise, and the nodes' own word decides. Read-only.
 */
export async function verifyMoves(
  context: Context,
  cluster: OpenCluster,
  result: MoveResult,
  tolerated: readonly ClusterObstacle["code"][] = [],
): Promise<VerifiedMoves> {
  const open = result.notMoved.some(({ state }) => state === "open");
  // Slots that were left open are told in the result; waiting does not close them.
  const accepted = open ? [...tolerated, "slots-open" as const] : tolerated;
  context.progress.update("Asking every node who owns the slots now");
  const { topology, standing } = await settle(context, cluster, { tolerated: accepted });
  const held = result.moved.map((part) => checkPart(part, topology));
  return {
    ...result,
    moved: held.flatMap(({ moved }) => moved),
    notMoved: [...result.notMoved, ...held.flatMap(({ notMoved }) => notMoved)],
    notes: [...result.notes, ...demotions(result, topology)],
    unverified: standing[0]?.message.replace(/\.$/, "") ?? null,
  };
}

interface CheckedPart {
  moved: MovedPart[];
  notMoved: NotMovedPart[];
}

function checkPart(part: MovedPart, { nodes }: ClusterTopology): CheckedPart {
  const owner = nodes.find(({ id }) => id === part.to.id);
  const owned = new Set(slotsOf(owner?.slots ?? []));
  const slots = slotsOf(part.slots);
  const missing = rangesOf(slots.filter((slot) => !owned.has(slot)));
  if (missing.length === 0) return { moved: [part], notMoved: [] };
  const { from, to } = part;
  const reason = `${to.address} was told that it owns ${formatRanges(missing)}, and does not say so when it is asked`;
  const kept = rangesOf(slots.filter((slot) => owned.has(slot)));
  return {
    moved: countSlots(kept) > 0 ? [{ ...part, slots: kept }] : [],
    notMoved: [{ from, to, slots: missing, state: "open", stopped: false, reason }],
  };
}

/** A primary that gave its last slot away may have become a replica (cluster-allow-replica-migration, 7.0+): better said than found out. */
function demotions({ moved }: MoveResult, { nodes }: ClusterTopology): string[] {
  const sources = new Map(moved.map(({ from }) => [from.id, from.address]));
  return [...sources].flatMap(([id, address]) => {
    const node = nodes.find((member) => member.id === id);
    if (node?.role !== "replica") return [];
    const primary = nodes.find((member) => member.id === node.primaryId);
    const whose = primary === undefined ? "" : ` of ${primary.address}`;
    return [
      `${address} gave away its last slot and became a replica${whose} by itself (cluster-allow-replica-migration).`,
    ];
  });
}
