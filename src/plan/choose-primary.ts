import type { ClusterNode } from "../model/cluster-topology.js";

/** A replica that needs a primary: where it stands decides as much as who has few. */
export interface Homeless {
  id: string;
  address: string;
  host: string;
  zone: string | null;
}

/**
 * Gives each replica a primary: one with slots, on another host and in another zone where there is one, with the fewest replicas.
 * Deterministic: equals go by their place in the topology.
 *
 * @param nodes the members that stay; replicas among them count for their primaries
 * @returns replica id → its primary; empty where no primary is left
 */
export function choosePrimaries(
  nodes: readonly ClusterNode[],
  replicas: readonly Homeless[],
): Map<string, ClusterNode> {
  const homeless = new Set(replicas.map(({ id }) => id));
  const primaries = nodes.filter(({ role, reachable }) => role === "primary" && reachable);
  const serving = primaries.filter(({ slots }) => slots.length > 0);
  const candidates = serving.length > 0 ? serving : primaries;
  const following = new Map(candidates.map(({ id }) => [id, 0]));
  for (const { id, primaryId } of nodes) {
    const count = primaryId === null || homeless.has(id) ? undefined : following.get(primaryId);
    if (primaryId !== null && count !== undefined) following.set(primaryId, count + 1);
  }
  const chosen = new Map<string, ClusterNode>();
  for (const replica of replicas) {
    const best = candidates.toSorted((a, b) => cost(a, replica, following) - cost(b, replica, following))[0];
    if (best === undefined) continue;
    chosen.set(replica.id, best);
    following.set(best.id, (following.get(best.id) ?? 0) + 1);
  }
  return chosen;
}

/** A primary without any replica comes before everything: one host lost costs its data either way. Then host, zone, number. */
function cost(primary: ClusterNode, replica: Homeless, following: ReadonlyMap<string, number>): number {
  const count = following.get(primary.id) ?? 0;
  const sameHost = primary.announced.host === replica.host ? 1 : 0;
  const sameZone = primary.zone !== null && primary.zone === replica.zone ? 1 : 0;
  return (count === 0 ? 0 : 1_000_000) + sameHost * 100_000 + sameZone * 10_000 + count;
}
