import type { ClusterViewFacts, ClusterViewNode } from "./facts.js";
import type { NodeIdentity } from "./node.js";

/** One node's CLUSTER NODES, and which node said so. */
export interface ClusterView {
  node: NodeIdentity;
  facts: { clusterView: ClusterViewFacts };
}

/** A cluster member as all views together describe it: its own word where it was asked, else what others say. */
export interface ClusterMember {
  entry: ClusterViewNode;
  /** The node as dialled; null when it was not seen itself. */
  node: NodeIdentity | null;
  /** `host:port` as dialled, else as announced. */
  address: string;
  /** Host as announced; a node that never met another does not know its own. */
  host: string;
  /** Some node holds it for failed, or suspects it. */
  failing: boolean;
}

/** Members of the cluster by node id. Handshakes and nodes without an address are left out: they are not members yet, or any more. */
export function mergeClusterViews(views: readonly ClusterView[]): Map<string, ClusterMember> {
  const members = new Map<string, ClusterMember>();
  for (const { node, facts } of views) {
    for (const entry of settledNodes(facts.clusterView)) {
      const known = members.get(entry.id);
      const own = entry.myself ? node : (known?.node ?? null);
      members.set(entry.id, {
        entry: entry.myself || known === undefined ? entry : known.entry,
        node: own,
        address: own?.address ?? known?.address ?? `${entry.host}:${entry.port}`,
        host: known !== undefined && known.host !== "" ? known.host : entry.host,
        failing: known?.failing === true || isFailing(entry),
      });
    }
  }
  return members;
}

/** The entries that are members for certain. */
export function settledNodes(view: ClusterViewFacts): ClusterViewNode[] {
  return view.nodes.filter(({ flags, myself }) => myself || !(flags.includes("handshake") || flags.includes("noaddr")));
}

/** `fail`: a majority agreed · `fail?`: this node alone suspects it. */
export function isFailing({ flags }: ClusterViewNode): boolean {
  return flags.includes("fail") || flags.includes("fail?");
}

/** Node ids are 40 hexadecimal digits; the first eight tell the nodes of a cluster apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
