import type { OwnerView } from "../model/fix-plan.js";
import type { ObservedTarget } from "../model/observation.js";

/** Who owns which slots in the eyes of each member that answered. Pure. */
export function ownerViews({ nodes }: ObservedTarget): OwnerView[] {
  return nodes.flatMap(({ node, facts: { clusterView } }) => {
    if (clusterView?.ok !== true) return [];
    const { myId, nodes: entries } = clusterView.value;
    const owned = entries.filter(({ slots }) => slots.length > 0).map(({ id, slots }) => ({ ownerId: id, slots }));
    return [{ id: myId, address: node.address, owned }];
  });
}

/** Slots that a server moves by itself just now (Valkey 9, Redis 8.4), with the name of the job. */
export function slotsInJobs({ nodes }: ObservedTarget): Map<number, string> {
  const slots = new Map<number, string>();
  for (const { node, facts } of nodes) {
    if (facts.slotMigrations?.ok !== true) continue;
    for (const job of facts.slotMigrations.value.filter(({ running }) => running))
      for (const [first, last] of job.slots)
        for (let slot = first; slot <= last; slot += 1) slots.set(slot, `${job.name} on ${node.address}`);
  }
  return slots;
}
