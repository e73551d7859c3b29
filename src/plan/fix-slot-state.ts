import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import type { OwnerView, SlotHolders } from "../model/fix-plan.js";
import { slotCount } from "../model/hash-slot.js";

/** All that is known of one slot that is not as it should be. */
export interface SlotState {
  slot: number;
  /** Primaries that own it by their own word; more than one where two claim it. */
  owners: ClusterNode[];
  /** The primary that others name, most votes first; also one that did not answer, or does not say so itself. */
  named: ClusterNode[];
  migrating: { node: ClusterNode; to: string }[];
  importing: { node: ClusterNode; from: string }[];
  /** Primaries with keys of it, most keys first. */
  holders: { node: ClusterNode; keys: number }[];
  /** Some member names another owner than its owner itself, or none. */
  disputed: boolean;
}

/** The slots that need a repair, ascending. */
export function brokenSlots(topology: ClusterTopology, views: readonly OwnerView[], holders: SlotHolders): SlotState[] {
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const primaries = topology.nodes.filter(({ role }) => role === "primary");
  const claims = claimsOf(primaries.filter(({ reachable }) => reachable));
  const seen = views.map(ownersBySlot);
  const open = openMarks(topology);
  const held = primaries.flatMap((node) => {
    const counts = holders.counts[node.id];
    return counts === undefined ? [] : [{ node, counts }];
  });
  const broken: SlotState[] = [];
  for (let slot = 0; slot < slotCount; slot += 1) {
    const owners = claims[slot] ?? [];
    const ownerId = owners[0]?.id;
    const disputed = seen.some((view) => view[slot] !== ownerId);
    const strays = held.some(({ node, counts }) => node.id !== ownerId && counts[slot] !== undefined);
    const isOpen = open.migrating.has(slot) || open.importing.has(slot);
    // Nearly every slot of nearly every cluster is fine: the rest of the work is for those that are not.
    if (owners.length === 1 && !disputed && !strays && !isOpen) continue;
    const named = namedOwners(seen, slot, byId);
    const state: SlotState = {
      slot,
      owners,
      named,
      migrating: open.migrating.get(slot) ?? [],
      importing: open.importing.get(slot) ?? [],
      holders: held
        .map(({ node, counts }) => ({ node, keys: counts[slot] ?? 0 }))
        .filter(({ keys }) => keys > 0)
        .sort((a, b) => b.keys - a.keys),
      disputed,
    };
    if (isBroken(state)) broken.push(state);
  }
  return broken;
}

function isBroken({ owners, named, migrating, importing, holders, disputed }: SlotState): boolean {
  const [owner] = owners;
  // Served by a primary that did not answer here, which is the whole cluster's business only where the others miss it too.
  const servedUnseen = owner === undefined && named[0]?.reachable === false && !named[0].failing;
  if (migrating.length > 0 || importing.length > 0) return true;
  if (holders.some(({ node }) => node.id !== owner?.id)) return true;
  if (servedUnseen) return false;
  return owners.length !== 1 || disputed;
}

function claimsOf(primaries: readonly ClusterNode[]): (ClusterNode[] | undefined)[] {
  const claims = new Array<ClusterNode[] | undefined>(slotCount).fill(undefined);
  for (const primary of primaries)
    for (const [first, last] of primary.slots)
      for (let slot = first; slot <= last; slot += 1) claims[slot] = [...(claims[slot] ?? []), primary];
  return claims;
}

function ownersBySlot({ owned }: OwnerView): (string | undefined)[] {
  const owners = new Array<string | undefined>(slotCount).fill(undefined);
  for (const { ownerId, slots } of owned) for (const [first, last] of slots) owners.fill(ownerId, first, last + 1);
  return owners;
}

function namedOwners(
  seen: readonly (string | undefined)[][],
  slot: number,
  byId: ReadonlyMap<string, ClusterNode>,
): ClusterNode[] {
  const votes = new Map<string, number>();
  for (const view of seen) {
    const id = view[slot];
    if (id !== undefined) votes.set(id, (votes.get(id) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).flatMap(([id]) => byId.get(id) ?? []);
}

/** What is open by each node's own word. Since Valkey 8.0 a replica repeats what its primary has open: that is its primary's. */
function openMarks({ nodes }: ClusterTopology): {
  migrating: Map<number, SlotState["migrating"]>;
  importing: Map<number, SlotState["importing"]>;
} {
  const migrating = new Map<number, SlotState["migrating"]>();
  const importing = new Map<number, SlotState["importing"]>();
  const put = <T extends { node: ClusterNode }>(map: Map<number, T[]>, slot: number, mark: T) => {
    const marks = map.get(slot) ?? [];
    if (!marks.some(({ node }) => node.id === mark.node.id)) map.set(slot, [...marks, mark]);
  };
  const primariesFirst = [...nodes].sort((a, b) => Number(a.role === "replica") - Number(b.role === "replica"));
  for (const node of primariesFirst) {
    const holder = node.role === "primary" ? node : nodes.find(({ id }) => id === node.primaryId);
    if (holder?.reachable !== true) continue;
    for (const { slot, to } of node.migrating) put(migrating, slot, { node: holder, to });
    for (const { slot, from } of node.importing) put(importing, slot, { node: holder, from });
  }
  return { migrating, importing };
}
