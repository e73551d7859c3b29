import type { ClusterNode, ClusterTopology } from "../../src/model/cluster-topology.js";
import { slotCount } from "../../src/model/hash-slot.js";
import type { SlotPlan } from "../../src/model/slot-plan.js";
import { rangesOf, slotsOf, type SlotRange } from "../../src/model/slot-ranges.js";

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

/** The topology when the plan has been carried out. */
export function carriedOut(topology: ClusterTopology, plan: SlotPlan): ClusterTopology {
  const slotsById = new Map(topology.nodes.map(({ id, slots }) => [id, new Set(slotsOf(slots))]));
  for (const { from, to, slots } of plan.moves)
    for (const slot of slotsOf(slots)) {
      if (slotsById.get(from.id)?.delete(slot) !== true) throw new Error(`${from.address} does not own slot ${slot}`);
      slotsById.get(to.id)?.add(slot);
    }
  const nodes = topology.nodes.map((node) => ({ ...node, slots: rangesOf(slotsById.get(node.id) ?? []) }));
  return { ...topology, nodes, fingerprint: fingerprintOf(nodes) };
}

/** Up to `most` primaries with slots in pieces of random sizes, some of them without any. */
export function randomTopology(random: () => number, most: number): ClusterTopology {
  const count = 1 + Math.floor(random() * most);
  const owning = 1 + Math.floor(random() * count);
  const pieces = owning + Math.floor(random() ** 3 * 300);
  const ends = Array.from({ length: pieces - 1 }, () => 1 + Math.floor(random() * (slotCount - 1)));
  const borders = [...new Set([0, ...ends, slotCount])].sort((a, b) => a - b);
  const slots: number[][] = Array.from({ length: count }, () => []);
  for (const [i, first] of borders.slice(0, -1).entries()) {
    const owner = slots[i < owning ? i : Math.floor(random() * owning)];
    for (let slot = first; slot < (borders[i + 1] ?? slotCount); slot++) owner?.push(slot);
  }
  return topologyWith(slots.map((owned) => rangesOf(owned)));
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function fingerprintOf(nodes: readonly ClusterNode[]): string {
  return JSON.stringify(nodes.map(({ id, role, slots }) => [id, role, slots]));
}
