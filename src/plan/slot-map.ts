import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import { slotCount } from "../model/hash-slot.js";
import { compareAddresses } from "../model/node.js";

/** No primary owns the slot. */
export const nobody = -1;

/** Who owns what, by the primaries' places in the list. */
export interface SlotMap {
  /** By their first slot, those without slots after them by address and id: the order does not depend on the caller's. */
  primaries: ClusterNode[];
  /** By slot: a place in `primaries`, or {@link nobody}. */
  owners: Int16Array;
}

export function slotMapOf({ nodes }: ClusterTopology): SlotMap {
  const primaries = nodes.filter(({ role }) => role === "primary").sort(byPlace);
  const owners = new Int16Array(slotCount).fill(nobody);
  for (const [place, { slots }] of primaries.entries())
    for (const [first, last] of slots) owners.fill(place, first, last + 1);
  return { primaries, owners };
}

/** How many slots each place owns. */
export function countByOwner(owners: Int16Array, places: number): number[] {
  const counts = new Array<number>(places).fill(0);
  for (let slot = 0; slot < owners.length; slot++) {
    const owner = owners[slot] ?? nobody;
    if (owner !== nobody) counts[owner] = (counts[owner] ?? 0) + 1;
  }
  return counts;
}

/** What each place carries. */
export function sumByOwner(owners: Int16Array, places: number, perSlot: readonly number[]): number[] {
  const sums = new Array<number>(places).fill(0);
  for (let slot = 0; slot < owners.length; slot++) {
    const owner = owners[slot] ?? nobody;
    if (owner !== nobody) sums[owner] = (sums[owner] ?? 0) + (perSlot[slot] ?? 0);
  }
  return sums;
}

function byPlace(a: ClusterNode, b: ClusterNode): number {
  return firstSlot(a) - firstSlot(b) || compareAddresses(a.address, b.address) || compareTexts(a.id, b.id);
}

function firstSlot({ slots }: ClusterNode): number {
  return slots[0]?.[0] ?? slotCount;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
