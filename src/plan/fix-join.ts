import type { ClusterNode, NodeRef } from "../model/cluster-topology.js";
import type { FixStep, FixStepKind, LeftAlone } from "../model/fix-plan.js";
import { rangesOf } from "../model/slot-ranges.js";
import type { SlotRefusal, SlotStep } from "./fix-decide.js";

/**
 * The order of a repair. No claim is made while another's stands, slots are served before keys move (a cluster with a slot
 * that nobody serves refuses MIGRATE everywhere), and keys are brought to the owner that the finished moves lead to.
 */
const order: readonly FixStepKind[] = ["renounce", "claim", "close", "announce", "finish", "bring-home"];

/** Slots with the same step and the same reason are one step: 5,461 slots without an owner are one line. */
export function joinSteps(parts: readonly SlotStep[]): FixStep[] {
  const groups = new Map<string, SlotStep[]>();
  for (const part of parts) {
    const key = [part.kind, part.node.id, part.other?.id, part.why].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  return [...groups.values()]
    .flatMap((group): FixStep[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { kind, node, other, why } = first;
      const keys = group.every((part) => part.keys === null)
        ? null
        : group.reduce((sum, part) => sum + (part.keys ?? 0), 0);
      const slots = rangesOf(group.map(({ slot }) => slot));
      return [{ kind, node: refOf(node), other: other === null ? null : refOf(other), slots, keys, why }];
    })
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

export function joinRefusals(parts: readonly SlotRefusal[]): LeftAlone[] {
  const groups = new Map<string, SlotRefusal[]>();
  for (const part of parts) {
    const key = `${part.reason} ${part.hint}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  return [...groups.values()].flatMap((group): LeftAlone[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { reason, hint, commands, consent } = first;
    return [{ slots: rangesOf(group.map(({ slot }) => slot)), reason, hint, commands, consent }];
  });
}

function refOf({ id, address }: ClusterNode): NodeRef {
  return { id, address };
}
