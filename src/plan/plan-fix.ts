import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import type { FixPlan, OwnerView, SlotHolders } from "../model/fix-plan.js";
import { formatRanges, rangesOf } from "../model/slot-ranges.js";
import { acceptsLoss, type AcceptedLoss } from "./fix-consent.js";
import { chooseByTraces, shareOutUncovered } from "./fix-cover.js";
import { chooseAmongOwners, stepsTo, stepsToFinish, type SlotRefusal, type SlotStep } from "./fix-decide.js";
import { joinRefusals, joinSteps } from "./fix-join.js";
import { deadOwner, deadTarget, lostOwners, unseenOwner } from "./fix-refusals.js";
import { brokenSlots, type SlotState } from "./fix-slot-state.js";

export interface FixFacts {
  target: string;
  topology: ClusterTopology;
  views: readonly OwnerView[];
  holders: SlotHolders;
  /** Slots that the servers move by themselves → the job. They are not broken. */
  jobs: ReadonlyMap<number, string>;
  accepted: AcceptedLoss;
}

/**
 * What brings every slot to exactly one owner, closed, with all keys of it, and every member knowing so. Pure; the same facts give
 * the same plan. No step deletes a key. What cannot be decided without losing keys is left alone, with what to do.
 */
export function planFix(facts: FixFacts): FixPlan {
  const { target, topology, views, holders, jobs } = facts;
  const decision: Decision = { steps: [], refusals: [], untraced: [] };
  for (const state of brokenSlots(topology, views, holders)) if (!jobs.has(state.slot)) decide(facts, state, decision);
  shareOut(facts, decision);
  return {
    schemaVersion: 1,
    kind: "fix-plan",
    target,
    fingerprint: topology.fingerprint,
    steps: joinSteps(decision.steps),
    leftAlone: joinRefusals(decision.refusals),
    notes: jobNotes(jobs),
  };
}

interface Decision {
  steps: SlotStep[];
  refusals: SlotRefusal[];
  /** Nobody serves them and nobody has a key of them. */
  untraced: SlotState[];
}

function decide(facts: FixFacts, state: SlotState, decision: Decision): void {
  const { owners, migrating } = state;
  const [owner] = owners;
  if (owner === undefined) return decideOwnerless(facts, state, decision);
  if (owners.length > 1) {
    const choice = chooseAmongOwners(state);
    if (choice !== null) decision.steps.push(...stepsTo(state, choice));
    return;
  }
  const given = migrating.find(({ node }) => node.id === owner.id);
  const target = given === undefined ? null : memberById(facts.topology, given.to);
  if (given !== undefined && target?.reachable !== true && !acceptsLoss(facts.accepted, state.slot, [given.to])) {
    decision.refusals.push(deadTarget(facts, state.slot, owner, target, given.to));
    return;
  }
  if (target?.reachable === true && target.role === "primary" && isBegun(state, owner, target))
    decision.steps.push(...stepsToFinish(state, owner, target));
  else decision.steps.push(...stepsTo(state, { owner, why: `${owner.address} owns it` }));
}

/** Both ends know of the move, or the target has keys already. Otherwise nothing has happened yet, and it is simply closed. */
function isBegun({ importing, holders }: SlotState, owner: ClusterNode, target: ClusterNode): boolean {
  return (
    importing.some(({ node, from }) => node.id === target.id && from === owner.id) ||
    holders.some(({ node }) => node.id === target.id)
  );
}

function decideOwnerless(facts: FixFacts, state: SlotState, decision: Decision): void {
  const { slot, named } = state;
  const gone = named.find(({ reachable }) => !reachable);
  if (gone !== undefined && !gone.failing) {
    decision.refusals.push(unseenOwner(facts, slot, gone));
    return;
  }
  const heir = gone === undefined ? undefined : facts.topology.nodes.find((node) => isReplicaOf(node, gone));
  // A replica that lives has the keys: nothing needs to be lost, whatever was consented to.
  if (gone !== undefined && (heir !== undefined || !acceptsLoss(facts.accepted, slot, [gone.id]))) {
    decision.refusals.push(deadOwner(facts, slot, gone, heir ?? null));
    return;
  }
  // Nobody remembers who served it: a primary that is silent may have, and would drop its keys when it hears of another owner.
  const silent = named.length > 0 ? [] : silentPrimaries(facts.topology);
  const ids = silent.map(({ id }) => id);
  if (silent.length > 0 && !acceptsLoss(facts.accepted, slot, ids)) {
    decision.refusals.push(lostOwners(facts, slot, silent));
    return;
  }
  const choice = chooseByTraces(state);
  if (choice !== null) decision.steps.push(...stepsTo(state, choice));
  else decision.untraced.push(state);
}

/** Slots that left no trace go to whoever has room. */
function shareOut({ topology }: FixFacts, { steps, untraced }: Decision): void {
  const given = new Map<string, number>();
  for (const { kind, node } of steps) if (kind === "claim") given.set(node.id, (given.get(node.id) ?? 0) + 1);
  const takers = shareOutUncovered(
    topology,
    untraced.map(({ slot }) => slot),
    given,
  );
  for (const state of untraced) {
    const owner = takers.get(state.slot);
    const why = "nobody serves it, and no primary that answers has a key of it";
    if (owner !== undefined) steps.push(...stepsTo(state, { owner, why }));
  }
}

function silentPrimaries({ nodes }: ClusterTopology): ClusterNode[] {
  return nodes.filter(({ role, reachable }) => role === "primary" && !reachable);
}

function isReplicaOf({ role, primaryId, reachable }: ClusterNode, primary: ClusterNode): boolean {
  return role === "replica" && reachable && primaryId === primary.id;
}

function memberById({ nodes }: ClusterTopology, id: string): ClusterNode | null {
  return nodes.find((node) => node.id === id) ?? null;
}

function jobNotes(jobs: ReadonlyMap<number, string>): string[] {
  return [...new Set(jobs.values())].map((job) => {
    const slots = [...jobs].filter(([, name]) => name === job).map(([slot]) => slot);
    return `The servers themselves are moving slots ${formatRanges(rangesOf(slots))} (${job}): left alone, nothing is broken there.`;
  });
}
