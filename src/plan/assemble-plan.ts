import type { ClusterNode, ClusterTopology, NodeRef } from "../model/cluster-topology.js";
import type { BalanceMeasure, PrimaryShare, SlotMove, SlotPlan } from "../model/slot-plan.js";
import { rangesOf } from "../model/slot-ranges.js";
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

function movesBetween({ primaries, owners }: SlotMap, after: Int16Array, contents: Estimator): SlotMove[] {
  const slotsByPair = new Map<number, number[]>();
  for (const [slot, from] of owners.entries()) {
    const to = after[slot] ?? nobody;
    if (from === nobody || from === to) continue;
    const pair = from * primaries.length + to;
    const slots = slotsByPair.get(pair);
    if (slots === undefined) slotsByPair.set(pair, [slot]);
    else slots.push(slot);
  }
  return [...slotsByPair]
    .sort(([a], [b]) => a - b)
    .map(([pair, slots]) => ({
      from: nodeRef(primaries[Math.floor(pair / primaries.length)]),
      to: nodeRef(primaries[pair % primaries.length]),
      slots: rangesOf(slots),
      slotCount: slots.length,
      keys: sumOrUnknown(slots.map(contents.keys)),
      bytes: sumOrUnknown(slots.map(contents.bytes)),
    }));
}

function nodeRef(node: ClusterNode | undefined): NodeRef {
  return { id: node?.id ?? "", address: node?.address ?? "" };
}

/** In whole keys and bytes. One unknown part makes the whole unknown. */
function sumOrUnknown(parts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return Math.round(sum);
}

function emptied(primaries: readonly ClusterNode[], before: readonly number[], then: readonly number[]): string[] {
  const names = primaries.filter((_, i) => (before[i] ?? 0) > 0 && then[i] === 0).map(({ address }) => address);
  if (names.length === 0) return [];
  return [
    `${names.join(", ")} will have no slots left. From 7.0 on, such a primary becomes a replica of the one that takes its last slot, unless cluster-allow-replica-migration is no there.`,
  ];
}
