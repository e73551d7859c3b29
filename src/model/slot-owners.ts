import type { ClusterView } from "./cluster-views.js";
import { slotCount } from "./hash-slot.js";
import type { NodeIdentity } from "./node.js";
import { rangesOf, type SlotRange } from "./slot-ranges.js";

/** Slots that several primaries call their own, each by its own word. */
export interface ContestedSlots {
  slots: SlotRange[];
  owners: NodeIdentity[];
}

/** Grouped by who claims them, ascending by the first slot. */
export function contestedSlots(views: readonly ClusterView[]): ContestedSlots[] {
  const claims = Array.from({ length: slotCount }, (): number[] => []);
  views.forEach(({ facts: { clusterView } }, index) => {
    const self = clusterView.nodes.find(({ myself }) => myself);
    if (self === undefined) return;
    for (const [first, last] of self.slots) for (let slot = first; slot <= last; slot += 1) claims[slot]?.push(index);
  });
  const groups = new Map<string, number[]>();
  claims.forEach((claimants, slot) => {
    if (claimants.length < 2) return;
    const key = claimants.join(" ");
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  });
  return [...groups].map(([key, slots]) => ({
    slots: rangesOf(slots),
    owners: key.split(" ").flatMap((index) => views[Number(index)]?.node ?? []),
  }));
}

/** Slots in none of the given ranges. */
export function uncoveredSlots(owned: Iterable<readonly SlotRange[]>): SlotRange[] {
  const covered = new Uint8Array(slotCount);
  for (const ranges of owned) for (const [first, last] of ranges) covered.fill(1, first, last + 1);
  const uncovered: number[] = [];
  covered.forEach((isCovered, slot) => {
    if (isCovered === 0) uncovered.push(slot);
  });
  return rangesOf(uncovered);
}
