import type { Fleet } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import { discoverCluster } from "./discover/cluster.js";
import { discoverSentinel } from "./discover/sentinel.js";
import { discoverSentinelGroup } from "./discover/sentinel-group.js";
import { discoverStandalone } from "./discover/standalone.js";
import { NodeConnections } from "./node-connections.js";

/** What one way of discovery does: adds nodes, and gives the sentences about what it could not find out. */
export type Discover = (profile: Profile, nodes: NodeConnections) => Promise<() => Promise<string[]>>;

/**
 * From a profile to every node of it. Read-only: INFO, ROLE, CLUSTER SHARDS/NODES, SENTINEL queries.
 *
 * Returns as soon as one seed has named the members; nodes are dialled when somebody asks them something, all at the same
 * time, each within its own connect timeout. An unreachable node is a node like any other: opening it rejects. So this
 * rejects only when the run is aborted.
 */
export async function openFleet(profile: Profile, signal: AbortSignal): Promise<Fleet> {
  const nodes = new NodeConnections(profile, signal);
  const gaps = await discoverers[profile.kind](profile, nodes);
  return { nodes: nodes.nodes, gaps, close: () => nodes.close() };
}

const discoverers: Record<Profile["kind"], Discover> = {
  standalone: discoverStandalone,
  sentinel: (profile, nodes) =>
    profile.everyView === undefined
      ? discoverSentinel(profile, nodes)
      : discoverSentinelGroup(profile, profile.everyView.masterNames, nodes),
  cluster: discoverCluster,
  // Memcached servers know nothing of each other.
  memcached: (profile, nodes) => {
    for (const seed of profile.seeds) nodes.add(seed, "memcached", "server");
    return Promise.resolve(() => Promise.resolve([]));
  },
};
