import type { ReplicationFacts } from "../model/facts.js";
import type { ObservedNode, ObservedTarget } from "../model/observation.js";

/**
 * How many bytes of the replication stream a replica has yet to apply; null for a node that is no replica, whose primary
 * is not in the target, or whose link is down (its offset then belongs to a stream that has ended).
 */
export function replicationLagBytes(observed: ObservedNode, target: ObservedTarget): number | null {
  const own = replicationOf(observed);
  if (own?.role !== "replica" || own.linkStatus !== "up") return null;
  const primary = findPrimary(own, target);
  if (primary?.offset === null || primary === null) return null;
  // The primary's own record of this replica was taken at the same instant as its offset, so it is the truer difference.
  const recorded = primary.replicas.find((entry) => entry.address === observed.node.address)?.offset;
  const offset = recorded ?? own.replicaOffset;
  return offset === null ? null : Math.max(0, primary.offset - offset);
}

/** By address, and where a NAT hides that, by the replication id that a replica takes over from its primary. */
function findPrimary(replica: ReplicationFacts, target: ObservedTarget): ReplicationFacts | null {
  const primaries = target.nodes.flatMap((node) => {
    const replication = replicationOf(node);
    return replication?.role === "primary" ? [{ address: node.node.address, replication }] : [];
  });
  const found =
    primaries.find(({ address }) => address === replica.primaryAddress) ??
    primaries.find(({ replication }) => replica.replId !== null && replication.replId === replica.replId);
  return found?.replication ?? null;
}

function replicationOf({ facts }: ObservedNode): ReplicationFacts | null {
  return facts.replication?.ok === true ? facts.replication.value : null;
}
