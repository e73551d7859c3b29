import type { ClusterViewFacts, ClusterViewNode } from "./facts.js";
import { settledNodes, shortId, type ClusterView } from "./cluster-views.js";
import { slotCount } from "./hash-slot.js";

/** Slots of which the views name different owners (or an owner and none), as inclusive ranges. */
export function disputedSlots(views: readonly ClusterView[]): [number, number][] {
  // Most views are equal to the letter, and filling a table for each of a thousand nodes would be slow.
  const distinct = new Map(views.map((view) => [ownershipSignature(view.facts.clusterView), view.facts.clusterView]));
  const [first, ...others] = [...distinct.values()].map(ownersBySlot);
  if (first === undefined) return [];
  const ranges: [number, number][] = [];
  for (let slot = 0; slot < slotCount; slot += 1) {
    if (others.every((owners) => owners[slot] === first[slot])) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** The owner of a slot in one view; null when that view knows none. */
export function ownerOf(view: ClusterViewFacts, slot: number): ClusterViewNode | null {
  return view.nodes.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last)) ?? null;
}

/** Per view, the node ids that other views hold for members and it does not. */
export function unknownMembers(views: readonly ClusterView[]): { view: ClusterView; missing: string[] }[] {
  const known = views.map((view) => new Set(settledNodes(view.facts.clusterView).map(({ id }) => id)));
  // A node in handshake is known but not settled: that is joining, not disagreement.
  const mentioned = views.map((view) => new Set(view.facts.clusterView.nodes.map(({ id }) => id)));
  const all = new Set(known.flatMap((ids) => [...ids]));
  return views.flatMap((view, index) => {
    const missing = [...all].filter((id) => mentioned[index]?.has(id) === false).sort();
    return missing.length === 0 ? [] : [{ view, missing }];
  });
}

/** Node ids whose role or primary the views name differently. */
export function disputedRoles(views: readonly ClusterView[]): string[] {
  const roles = new Map<string, Set<string>>();
  for (const { facts } of views)
    for (const entry of settledNodes(facts.clusterView))
      roles.set(entry.id, (roles.get(entry.id) ?? new Set()).add(roleOf(entry)));
  return [...roles]
    .filter(([, seen]) => seen.size > 1)
    .map(([id]) => id)
    .sort();
}

export function roleOf({ role, primaryId }: ClusterViewNode): string {
  return role === "primary" ? "primary" : `replica of ${primaryId === null ? "unknown" : shortId(primaryId)}`;
}

function ownershipSignature(view: ClusterViewFacts): string {
  return view.nodes
    .filter(({ slots }) => slots.length > 0)
    .map(({ id, slots }) => `${id} ${JSON.stringify(slots)}`)
    .sort()
    .join("\n");
}

function ownersBySlot(view: ClusterViewFacts): (string | undefined)[] {
  const owners = new Array<string | undefined>(slotCount).fill(undefined);
  for (const { id, slots } of view.nodes) for (const [first, last] of slots) owners.fill(id, first, last + 1);
  return owners;
}
