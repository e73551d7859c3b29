import type { ClusterNode } from "../model/cluster-topology.js";
import type { FixStepKind } from "../model/fix-plan.js";
import type { SlotState } from "./fix-slot-state.js";

/** One slot's part of a step; equal ones are joined afterwards. */
export interface SlotStep {
  slot: number;
  kind: FixStepKind;
  node: ClusterNode;
  other: ClusterNode | null;
  keys: number | null;
  why: string;
}

/** Why a slot is left alone, before equal ones are joined. */
export interface SlotRefusal {
  slot: number;
  reason: string;
  hint: string;
  commands: string[];
  consent: string | null;
}

export interface OwnerChoice {
  owner: ClusterNode;
  /** As a clause. */
  why: string;
}

/**
 * The steps that end with `owner` serving the slot alone and every key of it there. Pure.
 *
 * Two claims: the loser gives up its claim first. A server that hears of a better claim to a slot deletes its own keys of it, so
 * the winner raises its epoch only when no other claim is left.
 */
export function stepsTo(state: SlotState, { owner, why }: OwnerChoice): SlotStep[] {
  const { slot, owners, holders } = state;
  const step = (kind: FixStepKind, node: ClusterNode, more: Partial<SlotStep> = {}): SlotStep => ({
    ...{ slot, kind, node, other: null, keys: null, why },
    ...more,
  });
  const losers = owners.filter(({ id }) => id !== owner.id);
  const ownsAlready = owners.some(({ id }) => id === owner.id);
  const strays = holders.filter(({ node }) => node.id !== owner.id);
  const openElsewhere = markedNodes(state).filter(
    (node) => node.id === owner.id || !strays.some((stray) => stray.node.id === node.id),
  );
  return [
    ...losers.map((loser) => step("renounce", loser, { other: owner })),
    ...(ownsAlready ? [] : [step("claim", owner)]),
    ...openElsewhere
      // Becoming the owner ends what was being taken in, and a renounced slot is opened and closed by its own step.
      .filter((node) => !losers.some(({ id }) => id === node.id))
      .map((node) => step("close", node, { why: openWhy(state, node, owner) })),
    ...(ownsAlready && (losers.length > 0 || state.disputed)
      ? [step("announce", owner, { why: losers.length > 0 ? why : disputedWhy(state, owner) })]
      : []),
    ...strays.map(({ node, keys }) =>
      step("bring-home", node, { other: owner, keys, why: strayWhy(state, node, owner) }),
    ),
  ];
}

/** The steps that bring a begun move to its end, and other nodes' keys to where it ends. */
export function stepsToFinish(state: SlotState, from: ClusterNode, to: ClusterNode): SlotStep[] {
  const { slot, holders } = state;
  const keysOf = (node: ClusterNode) => holders.find((holder) => holder.node.id === node.id)?.keys ?? 0;
  const why = `${from.address} gives it to ${to.address}, and the move did not end`;
  const bystanders = markedNodes(state).filter(({ id }) => id !== from.id && id !== to.id);
  const strays = holders.filter(({ node }) => node.id !== from.id && node.id !== to.id);
  return [
    ...bystanders
      .filter((node) => keysOf(node) === 0)
      .map((node): SlotStep => ({
        ...{ slot, kind: "close", node, other: null, keys: null },
        why: openWhy(state, node, to),
      })),
    { slot, kind: "finish", node: from, other: to, keys: keysOf(from), why },
    ...strays.map(({ node, keys }): SlotStep => ({
      ...{ slot, kind: "bring-home", node, other: to, keys },
      why: strayWhy(state, node, to),
    })),
  ];
}

/** Which of two or more claims stands. The highest epoch is what the servers themselves go by, unless it has no key and another has. */
export function chooseAmongOwners({ owners, holders }: SlotState): OwnerChoice | null {
  const [newest] = [...owners].sort((a, b) => b.configEpoch - a.configEpoch || (a.id < b.id ? -1 : 1));
  if (newest === undefined) return null;
  const all = owners.map(({ address }) => address).join(" and ");
  const isHolder = (node: ClusterNode) => holders.some((holder) => holder.node.id === node.id);
  const fullest = holders.find(({ node }) => owners.some(({ id }) => id === node.id))?.node;
  if (!isHolder(newest) && fullest !== undefined)
    return {
      owner: fullest,
      why: `${all} claim it; ${newest.address} has the newer claim but no key of it, ${fullest.address} has keys`,
    };
  return {
    owner: newest,
    why: `${all} claim it; ${newest.address} has the newest claim (epoch ${newest.configEpoch})`,
  };
}

function markedNodes({ migrating, importing }: SlotState): ClusterNode[] {
  const nodes = [...migrating, ...importing].map(({ node }) => node);
  return nodes.filter((node, index) => nodes.findIndex(({ id }) => id === node.id) === index);
}

function openWhy({ migrating }: SlotState, node: ClusterNode, owner: ClusterNode): string {
  if (node.id === owner.id) return `open on its owner ${node.address}, and no key has moved away`;
  const gives = migrating.some((mark) => mark.node.id === node.id);
  return `open on ${node.address}, which ${gives ? "does not own it" : "has no key of it"}`;
}

function disputedWhy({ named }: SlotState, owner: ClusterNode): string {
  const others = named.filter(({ id }) => id !== owner.id).map(({ address }) => address);
  return others.length === 0
    ? `some members do not know that ${owner.address} owns it`
    : `some members hold ${others.join(" or ")} for its owner`;
}

function strayWhy({ importing }: SlotState, node: ClusterNode, owner: ClusterNode): string {
  const open = importing.some((mark) => mark.node.id === node.id);
  return open
    ? `open on ${node.address}, which has keys of it, while ${owner.address} owns it`
    : `${node.address} has keys of it where no client finds them; ${owner.address} owns it`;
}
