import type { ClusterNode, ClusterTopology, NodeRef } from "../model/cluster-topology.js";
import type { BalanceMeasure, PrimaryShare, SlotMove, SlotPlan } from "../model/slot-plan.js";
import type { SlotRange } from "../model/slot-ranges.js";
import { estimator, type Estimator } from "./estimate-contents.js";
import type { SlotPlanOptions } from "./plan-options.js";
import { countByOwner, nobody, type SlotMap } from "./slot-map.js";

/** What a planner has decided. Arrays are by the primaries' places in the map. */
export interface Decision {
  operation: string;
  by: BalanceMeasure;
  map: SlotMap;
  /** By slot: the place of its owner when the plan has been carried out. */
  after: Int16Array;
  weights: readonly number[];
  loads: (place: number) => Pick<PrimaryShare, "loadBefore" | "loadAfter" | "loadWanted">;
  notes: readonly string[];
}

/** The decision as a plan: what differs between the owners before and after, pair by pair. */
export function assemblePlan(topology: ClusterTopology, options: SlotPlanOptions, decision: Decision): SlotPlan {
  const { map, after, by, weights } = decision;
  const { primaries, owners } = map;
  const contents = estimator(map, options.loads);
  const moves = movesBetween(map, after, contents);
  const before = countByOwner(owners, primaries.length);
  const then = countByOwner(after, primaries.length);
  return {
    schemaVersion: 1,
    kind: "slot-plan",
    operation: options.operation ?? decision.operation,
    target: options.target,
    by,
    fingerprint: topology.fingerprint,
    moves,
    shares: primaries.map((primary, place) => ({
      ...nodeRef(primary),
      weight: weights[place] ?? 0,
      slotsBefore: before[place] ?? 0,
      slotsAfter: then[place] ?? 0,
      ...decision.loads(place),
    })),
    totals: {
      slots: moves.reduce((sum, { slotCount }) => sum + slotCount, 0),
      keys: sumOrUnknown(moves.map(({ keys }) => keys)),
      bytes: sumOrUnknown(moves.map(({ bytes }) => bytes)),
    },
    notes: [...decision.notes, ...(moves.length === 0 ? [] : [...contents.notes, ...emptied(primaries, before, then)])],
  };
}

/** What has been found so far of a pair's move. */
interface Tally {
  slots: SlotRange[];
  slotCount: number;
  keys: number | null;
  bytes: number | null;
}

function movesBetween({ primaries, owners }: SlotMap, after: Int16Array, contents: Estimator): SlotMove[] {
  const tallies = new Map<number, Tally>();
  for (let slot = 0; slot < owners.length; slot++) {
    const from = owners[slot] ?? nobody;
    const to = after[slot] ?? nobody;
    if (from === nobody || from === to) continue;
    const pair = from * primaries.length + to;
    const tally = tallies.get(pair) ?? { slots: [], slotCount: 0, keys: 0, bytes: 0 };
    tallies.set(pair, tally);
    const latest = tally.slots.at(-1);
    if (latest?.[1] === slot - 1) latest[1] = slot;
    else tally.slots.push([slot, slot]);
    tally.slotCount += 1;
    tally.keys = plus(tally.keys, contents.keys(slot));
    tally.bytes = plus(tally.bytes, contents.bytes(slot));
  }
  return [...tallies]
    .sort(([a], [b]) => a - b)
    .map(([pair, tally]) => ({
      from: nodeRef(primaries[Math.floor(pair / primaries.length)]),
      to: nodeRef(primaries[pair % primaries.length]),
      ...tally,
      keys: whole(tally.keys),
      bytes: whole(tally.bytes),
    }));
}

function nodeRef(node: ClusterNode | undefined): NodeRef {
  return { id: node?.id ?? "", address: node?.address ?? "" };
}

function sumOrUnknown(parts: readonly (number | null)[]): number | null {
  return parts.reduce(plus, 0);
}

/** One unknown part makes the whole unknown. */
function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Estimates are fractions; keys and bytes are not. */
function whole(estimate: number | null): number | null {
  return estimate === null ? null : Math.round(estimate);
}

function emptied(primaries: readonly ClusterNode[], before: readonly number[], then: readonly number[]): string[] {
  const names = primaries.filter((_, i) => (before[i] ?? 0) > 0 && then[i] === 0).map(({ address }) => address);
  if (names.length === 0) return [];
  return [
    `${names.join(", ")} will have no slots left. From 7.0 on, such a primary becomes a replica of the one that takes its last slot, unless cluster-allow-replica-migration is no there.`,
  ];
}
