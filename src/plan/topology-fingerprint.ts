import type { ClusterNode } from "../model/cluster-topology.js";
import { formatRanges } from "../model/slot-ranges.js";

/**
 * 16 hexadecimal digits that are equal exactly where ids, roles and slot owners are. FNV-1a with 64 bits: this tells a changed
 * cluster from an unchanged one and guards against nobody who wants to deceive it.
 * Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function topologyFingerprint(nodes: readonly Pick<ClusterNode, "id" | "role" | "slots">[]): string {
  const lines = nodes.map(({ id, role, slots }) => `${id} ${role} ${formatRanges(slots)}\n`).sort();
  let hash = 0xcbf29ce484222325n;
  for (const line of lines)
    for (let i = 0; i < line.length; i += 1)
      hash = BigInt.asUintN(64, (hash ^ BigInt(line.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
