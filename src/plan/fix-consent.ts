import type { ClusterTopology } from "../model/cluster-topology.js";
import { slotCount } from "../model/hash-slot.js";
import { isRefusal, type PlanRefusal } from "../model/slot-plan.js";
import { findMember } from "./find-member.js";
import { refuse } from "./refuse.js";

/** What the operator gives up, from `--accept-loss-of`. */
export interface AcceptedLoss {
  slots: ReadonlySet<number>;
  nodeIds: ReadonlySet<string>;
}

export function acceptsLoss({ slots, nodeIds }: AcceptedLoss, slot: number, ids: readonly string[]): boolean {
  return slots.has(slot) || (ids.length > 0 && ids.every((id) => nodeIds.has(id)));
}

/** Reads `0-5460,7000` as slots and everything else as a member: its address, its id or the beginning of its id. Pure. */
export function parseAcceptedLoss(topology: ClusterTopology, texts: readonly string[]): AcceptedLoss | PlanRefusal {
  const slots = new Set<number>();
  const nodeIds = new Set<string>();
  for (const text of texts) {
    if (/^[\d,\s-]+$/.test(text)) {
      const wrong = addSlots(text, slots);
      if (wrong !== null) return wrong;
      continue;
    }
    const node = findMember(topology, text);
    if (isRefusal(node)) return node;
    if (node.reachable)
      return refuse(
        "member-alive",
        `${node.address} answers, so nothing of it has to be given up.`,
        "Name slots, or a member that does not answer.",
      );
    nodeIds.add(node.id);
  }
  return { slots, nodeIds };
}

function addSlots(text: string, slots: Set<number>): PlanRefusal | null {
  for (const word of text.split(/[,\s]+/).filter((part) => part !== "")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(word);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || first > last || last >= slotCount)
      return refuse(
        "no-slots",
        `${word} is no range of hash slots.`,
        `Write slots as 0-5460 or 0-99,205; they go from 0 to ${slotCount - 1}.`,
      );
    for (let slot = first; slot <= last; slot += 1) slots.add(slot);
  }
  return null;
}
