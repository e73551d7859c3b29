import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import { countSlots } from "../model/slot-ranges.js";
import type { OwnerChoice } from "./fix-decide.js";
import type { SlotState } from "./fix-slot-state.js";

/** Who is to serve a slot that nobody serves, where its keys or the members' memory say so; null: nothing does. */
export function chooseByTraces({ holders, named }: SlotState): OwnerChoice | null {
  const [fullest, second] = holders;
  if (fullest !== undefined) {
    const tied = holders.filter(({ keys }) => keys === fullest.keys).map(({ node }) => node.id);
    // Equal counts: the one that the members remember as its owner, else the order of the topology.
    const owner = named.find(({ id }) => tied.includes(id)) ?? fullest.node;
    const why =
      second === undefined
        ? `nobody serves it, and ${owner.address} alone has keys of it`
        : `nobody serves it; ${holders.map(({ node, keys }) => `${node.address} has ${keys}`).join(", ")} of its keys`;
    return { owner, why };
  }
  const before = named.find(({ reachable, role }) => reachable && role === "primary");
  if (before === undefined) return null;
  return { owner: before, why: `nobody serves it; no primary has a key of it, and members name ${before.address}` };
}

/**
 * Shares slots without any trace out to the primaries that answer: each goes to the one with the fewest slots, in runs as long as
 * that allows. The same cluster always gets the same answer. An empty primary was perhaps added to become a replica, so it gets
 * slots only where no primary has any.
 */
export function shareOutUncovered(
  topology: ClusterTopology,
  slots: readonly number[],
  alreadyGiven: ReadonlyMap<string, number>,
): Map<number, ClusterNode> {
  const primaries = topology.nodes.filter(({ role, reachable }) => role === "primary" && reachable);
  const serving = primaries.filter((node) => node.slots.length > 0);
  const takers = (serving.length > 0 ? serving : primaries).map((node) => ({
    node,
    count: countSlots(node.slots) + (alreadyGiven.get(node.id) ?? 0),
    gets: 0,
  }));
  for (let i = 0; i < slots.length; i += 1) {
    const least = takers.reduce<(typeof takers)[number] | null>(
      (best, taker) => (best === null || taker.count + taker.gets < best.count + best.gets ? taker : best),
      null,
    );
    if (least !== null) least.gets += 1;
  }
  const shared = new Map<number, ClusterNode>();
  let next = 0;
  for (const { node, gets } of takers) for (let i = 0; i < gets; i += 1) shared.set(slots[next++] ?? -1, node);
  return shared;
}
