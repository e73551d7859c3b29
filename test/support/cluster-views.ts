import type { ClusterViewNode } from "../../src/model/facts.js";
import type { ObservedNode } from "../../src/model/observation.js";
import { redisNode } from "./facts.js";

/** Node ids as readable as `p1`: padded to the length of a real one. */
export function nodeId(name: string): string {
  return name.padEnd(40, "0");
}

/** A healthy connected member; `name` also gives its id. */
export function member(name: string, over: Partial<ClusterViewNode> = {}): ClusterViewNode {
  return {
    id: nodeId(name),
    host: `10.0.0.${Number(name.replaceAll(/\D/g, "")) || 1}`,
    port: 6379,
    hostname: null,
    flags: [over.role === "replica" ? "slave" : "master"],
    role: "primary",
    primaryId: null,
    configEpoch: 1,
    linkState: "connected",
    myself: false,
    slots: [],
    migrating: [],
    importing: [],
    ...over,
  };
}

/** Three primaries (hosts 10.0.0.1 to .3) with all slots and one replica each (hosts .4 to .6). */
export function sixMembers(): ClusterViewNode[] {
  return [
    member("p1", { configEpoch: 1, slots: [[0, 5460]] }),
    member("p2", { configEpoch: 2, slots: [[5461, 10922]] }),
    member("p3", { configEpoch: 3, slots: [[10923, 16383]] }),
    member("r4", { configEpoch: 1, role: "replica", primaryId: nodeId("p1") }),
    member("r5", { configEpoch: 2, role: "replica", primaryId: nodeId("p2") }),
    member("r6", { configEpoch: 3, role: "replica", primaryId: nodeId("p3") }),
  ];
}

/** `members` with the changes named by node: `{ p1: { slots: [] } }`. */
export function changed(
  members: ClusterViewNode[],
  changes: Record<string, Partial<ClusterViewNode>>,
): ClusterViewNode[] {
  const byId = new Map(Object.entries(changes).map(([name, change]) => [nodeId(name), change]));
  return members.map((entry) => ({ ...entry, ...byId.get(entry.id) }));
}

/** The node `name` as observed, seeing the cluster as `view`. */
export function viewedBy(name: string, view: ClusterViewNode[]): ObservedNode {
  const nodes = view.map((entry) => ({ ...entry, myself: entry.id === nodeId(name) }));
  const self = nodes.find(({ myself }) => myself) ?? member(name);
  const port = String(self.port);
  return redisNode({
    node: { address: `${self.host}:${port}`, role: self.role, cliArguments: ["-h", self.host, "-p", port] },
    clusterView: { myId: nodeId(name), nodes },
  });
}

/** Every member observed, all with the same view. */
export function clusterOf(view: ClusterViewNode[]): ObservedNode[] {
  return view.map(({ id }) => viewedBy(id.replace(/0+$/, ""), view));
}
