import type { NodeIdentity } from "./node.js";
import type { ClusterView } from "./cluster-views.js";

export interface OpenSlot {
  slot: number;
  /**
   * - `moving`: its owner moves it out and another node takes it in.
   * - `importing-only`: a node takes it in, but its owner does not move it out: keys may be on both.
   * - `owner-only`: only the owner has it open, so that its keys are nowhere else by anyone's word.
   */
  state: "moving" | "importing-only" | "owner-only";
  /** The nodes that have it open, as CLUSTER NODES writes it: `[93->-id]`, `[93-<-id]`. */
  marks: { node: NodeIdentity; mark: string }[];
  nodes: [NodeIdentity, ...NodeIdentity[]];
}

interface Mark {
  slot: number;
  node: NodeIdentity;
  mark: string;
  direction: "out" | "in";
  byOwner: boolean;
}

/**
 * Open slots over all nodes, ascending. Each primary shows only its own; replicas are left out, because since Valkey 8.0 they
 * repeat what their primary has open.
 */
export function findOpenSlots(views: readonly ClusterView[]): OpenSlot[] {
  const bySlot = new Map<number, Mark[]>();
  for (const mark of views.flatMap(marksOf)) bySlot.set(mark.slot, [...(bySlot.get(mark.slot) ?? []), mark]);
  return [...bySlot]
    .sort(([a], [b]) => a - b)
    .flatMap(([slot, marks]) => {
      const [first, ...rest] = marks;
      if (first === undefined) return [];
      return [{ slot, state: stateOf(marks), marks, nodes: [first.node, ...rest.map(({ node }) => node)] }];
    });
}

function stateOf(marks: readonly Mark[]): OpenSlot["state"] {
  if (marks.every(({ byOwner }) => byOwner)) return "owner-only";
  return marks.some(({ direction, byOwner }) => direction === "out" && byOwner) ? "moving" : "importing-only";
}

function marksOf({ node, facts: { clusterView } }: ClusterView): Mark[] {
  const self = clusterView.nodes.find(({ myself }) => myself);
  if (self === undefined || self.role !== "primary") return [];
  const owns = (slot: number) => self.slots.some(([first, last]) => first <= slot && slot <= last);
  return [
    ...self.migrating.map(({ slot, to }) => ({
      slot,
      node,
      mark: `[${slot}->-${to}]`,
      direction: "out" as const,
      byOwner: owns(slot),
    })),
    ...self.importing.map(({ slot, from }) => ({
      slot,
      node,
      mark: `[${slot}-<-${from}]`,
      direction: "in" as const,
      byOwner: owns(slot),
    })),
  ];
}
