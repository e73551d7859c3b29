import type { ClusterNode } from "../../src/model/cluster-topology.js";
import type { NewNodeState } from "../../src/model/new-node.js";

/** What a fresh, empty node in cluster mode says of itself. Its name is its host; its id is the name over and over. */
export function newNode(name: string, changes: Partial<NewNodeState> = {}): { address: string; state: NewNodeState } {
  const address = `${name}:6379`;
  return {
    address,
    state: {
      address,
      failure: null,
      id: idOf(name),
      clusterMode: true,
      announced: { host: name, port: 6379, busPort: 16_379 },
      product: "valkey",
      version: "9.1.0",
      keys: 0,
      role: "primary",
      primaryId: null,
      slots: [],
      configEpoch: 0,
      openSlots: 0,
      wasMember: false,
      knows: [],
      asksPassword: false,
      hasPrimaryPassword: false,
      forbidden: [],
      ...changes,
    },
  };
}

export function idOf(name: string): string {
  return name.repeat(40).slice(0, 40);
}

/** How a node appears in another's table. */
export function known(name: string, handshake = false): NewNodeState["knows"][number] {
  return { id: handshake ? "0".repeat(40) : idOf(name), address: `${name}:6379`, handshake };
}

/** A healthy primary of a cluster, with slots. */
export function member(name: string, changes: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id: idOf(name),
    address: `${name}:6379`,
    announced: { host: name, port: 6379 },
    zone: null,
    role: "primary",
    primaryId: null,
    configEpoch: 1,
    slots: [[0, 100]],
    migrating: [],
    importing: [],
    reachable: true,
    failure: null,
    failing: false,
    product: "valkey",
    version: "9.1.0",
    keys: null,
    usedBytes: null,
    opsPerSecond: null,
    ...changes,
  };
}
