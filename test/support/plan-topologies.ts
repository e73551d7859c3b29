import type { ClusterNode, ClusterTopology } from "../../src/model/cluster-topology.js";
import { slotCount } from "../../src/model/hash-slot.js";
import type { SlotPlan } from "../../src/model/slot-plan.js";
import type { SlotRange } from "../../src/model/slot-ranges.js";

const nobody = -1;

/** The n-th node's id, 40 digits. */
export function nodeId(n: number): string {
  return n.toString(16).padStart(4, "0").repeat(10);
}

export function primaryNode(n: number, slots: SlotRange[], differs: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id: nodeId(n),
    address: `10.0.0.${n}:7000`,
    announced: { host: `10.0.0.${n}`, port: 7000 },
    zone: null,
    role: "primary",
    primaryId: null,
    configEpoch: n,
    slots,
    migrating: [],
    importing: [],
    reachable: true,
    failure: null,
    failing: false,
    product: "valkey",
    version: "8.1.1",
    keys: 1000,
    usedBytes: null,
    opsPerSecond: null,
    ...differs,
  };
}

export function replicaNode(n: number, primary: number): ClusterNode {
  return primaryNode(n, [], { role: "replica", primaryId: nodeId(primary) });
}

/** A settled cluster of these primaries, the first of which is number 1. */
export function topologyWith(slots: SlotRange[][], differs: Partial<ClusterTopology> = {}): ClusterTopology {
  const nodes = slots.map((ranges, i) => primaryNode(i + 1, ranges));
  return { nodes, uncovered: [], obstacles: [], fingerprint: fingerprintOf(nodes), ...differs };
}

/** The topology when the plan has been carried out. Throws where a source does not own what it gives, also a second time. */
export function carriedOut(topology: ClusterTopology, plan: SlotPlan): ClusterTopology {
  const { nodes } = topology;
  const owners = new Int16Array(slotCount).fill(nobody);
  for (const [place, { slots }] of nodes.entries())
    for (const [first, last] of slots) owners.fill(place, first, last + 1);
  const placeById = new Map(nodes.map(({ id }, place) => [id, place]));
  const moved = Int16Array.from(owners);
  for (const { from, to, slots } of plan.moves)
    for (const [first, last] of slots)
      for (let slot = first; slot <= last; slot++) {
        // Both: who gave a slot away, or got it just now, cannot give it.
        const isGivers = owners[slot] === placeById.get(from.id) && moved[slot] === owners[slot];
        if (!isGivers) throw new Error(`${from.address} does not own slot ${slot}`);
        moved[slot] = placeById.get(to.id) ?? nobody;
      }
  const ranges = rangesByOwner(moved, nodes.length);
  const then = nodes.map((node, place) => ({ ...node, slots: ranges[place] ?? [] }));
  return { ...topology, nodes: then, fingerprint: fingerprintOf(then) };
}

/** Up to `most` primaries with slots in pieces of random sizes, some of them without any. */
export function randomTopology(random: () => number, most: number): ClusterTopology {
  const count = 1 + Math.floor(random() * most);
  const owning = 1 + Math.floor(random() * count);
  const pieces = owning + Math.floor(random() ** 4 * 200);
  const ends = Array.from({ length: pieces - 1 }, () => 1 + Math.floor(random() * (slotCount - 1)));
  const borders = [...new Set([0, ...ends, slotCount])].sort((a, b) => a - b);
  const owners = new Int16Array(slotCount);
  for (const [i, first] of borders.slice(0, -1).entries())
    owners.fill(i < owning ? i : Math.floor(random() * owning), first, borders[i + 1]);
  return topologyWith(rangesByOwner(owners, count));
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function rangesByOwner(owners: Int16Array, places: number): SlotRange[][] {
  const ranges = Array.from({ length: places }, (): SlotRange[] => []);
  let first = 0;
  for (let slot = 1; slot <= slotCount; slot++) {
    if (slot < slotCount && owners[slot] === owners[first]) continue;
    ranges[owners[first] ?? nobody]?.push([first, slot - 1]);
    first = slot;
  }
  return ranges;
}

function fingerprintOf(nodes: readonly ClusterNode[]): string {
  return JSON.stringify(nodes.map(({ id, role, slots }) => [id, role, slots]));
}
