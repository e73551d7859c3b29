import type { MoveMember } from "../../apply/move-types.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import type { OpenCluster } from "./open-cluster.js";

/** All members that answered the look that gave this topology, as the mover and the lock take them. */
export function moveMembers({ nodeOf }: Pick<OpenCluster, "nodeOf">, { nodes }: ClusterTopology): MoveMember[] {
  return nodes.flatMap(({ id, address, announced, role, product, version, reachable }) => {
    const node = nodeOf(id);
    return node === null || !reachable ? [] : [{ id, address, node, announced, role, product, version }];
  });
}
