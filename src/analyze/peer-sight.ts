import type { WantedFacts } from "./rule.js";
import type { NodeIdentity } from "../model/node.js";
import { isFailing } from "../model/cluster-views.js";

/** The topics in which a node tells how it sees others. */
export const peerTopics = ["replication", "clusterView", "sentinel"] as const;

/** A reachable node with what it knows of its peers. */
export interface Peer {
  node: NodeIdentity;
  wanted: WantedFacts<typeof peerTopics>;
}

// Replicas acknowledge every second and primaries ping every ten; what is older may be from before the outage.
const freshSeconds = 12;

/**
 * Whether `peer` has a live connection to the node at `address` right now. Null when it does not know that address, as behind
 * a NAT map, where nodes know each other by other addresses than the dialled ones.
 */
export function peerSeesAlive(peer: Peer, address: string): boolean | null {
  const opinions = [viaReplication(peer, address), viaCluster(peer, address), viaSentinel(peer, address)];
  const known = opinions.filter((opinion) => opinion !== null);
  return known.length === 0 ? null : known.every(Boolean);
}

function viaReplication({ wanted: { replication } }: Peer, address: string): boolean | null {
  if (!replication.ok) return null;
  const { replicas, primaryAddress, linkStatus, lastIoSecondsAgo } = replication.value;
  const replica = replicas.find((entry) => entry.address === address);
  if (replica !== undefined) return replica.state === "online" && isFresh(replica.lagSeconds);
  return primaryAddress === address ? linkStatus === "up" && isFresh(lastIoSecondsAgo) : null;
}

function viaCluster({ wanted: { clusterView } }: Peer, address: string): boolean | null {
  if (!clusterView.ok) return null;
  const entry = clusterView.value.nodes.find(
    ({ host, hostname, port }) =>
      [host, hostname].some((name) => `${name}:${port}` === address) || `[${host}]:${port}` === address,
  );
  return entry === undefined ? null : entry.linkState === "connected" && !isFailing(entry);
}

function viaSentinel({ wanted: { sentinel } }: Peer, address: string): boolean | null {
  if (!sentinel.ok) return null;
  const monitored = sentinel.value.masters.find((entry) => entry.address === address);
  return monitored === undefined ? null : !monitored.flags.some((flag) => /^(s_down|o_down|disconnected)$/.test(flag));
}

function isFresh(seconds: number | null): boolean {
  return seconds !== null && seconds >= 0 && seconds <= freshSeconds;
}
