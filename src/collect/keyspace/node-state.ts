import type { ClusterViewFacts } from "../../model/facts.js";
import type { ObservedNode } from "../../model/observation.js";
import { parseClusterNodes } from "../../protocol/cluster-nodes.js";
import { parseInfo } from "../../protocol/info.js";
import { parseReplication } from "../../protocol/replication.js";
import { parseServer } from "../server.js";
import type { Caller } from "./command-times.js";

/** What must not change while a node is scanned, else its keys are not all there. Null: not known. */
export interface NodeState {
  runId: string | null;
  role: "primary" | "replica" | null;
  /** The node's own slots, or those of its primary, as text to compare; null outside a cluster. */
  slots: string | null;
  /** Slots are on their way to or from this node. */
  slotsMoving: boolean;
}

export function observedState({ facts }: ObservedNode): NodeState {
  const { server, replication, clusterView } = facts;
  return {
    runId: server?.ok === true && server.value.runId !== "" ? server.value.runId : null,
    role: replication?.ok === true ? replication.value.role : null,
    ...slotsOf(clusterView?.ok === true ? clusterView.value : null),
  };
}

/** Asks again what {@link observedState} takes from the facts. Read-only. Rejects like the port. */
export async function collectState(port: Caller, inCluster: boolean): Promise<NodeState> {
  const [server, replication, nodes] = await Promise.all([
    port.call("INFO", "server"),
    port.call("INFO", "replication"),
    inCluster ? port.call("CLUSTER", "NODES") : null,
  ]);
  const runId = parseServer(parseInfo(String(server)))?.runId ?? "";
  return {
    runId: runId === "" ? null : runId,
    role: parseReplication(parseInfo(String(replication)))?.role ?? null,
    ...slotsOf(nodes === null ? null : parseClusterNodes(String(nodes))),
  };
}

/** What has changed, as clauses that say what it means for the keys; empty when nothing has. */
export function changesBetween(address: string, before: NodeState, after: NodeState): string[] {
  const clauses: string[] = [];
  if (before.role === "primary" && after.role === "replica")
    clauses.push(`${address} became a replica during the scan: keys written since then are missing`);
  if (before.slotsMoving || after.slotsMoving || (before.slots ?? after.slots) !== (after.slots ?? before.slots))
    clauses.push(slotsMoved(address));
  return clauses;
}

export function slotsMoved(address: string): string {
  return `slots of ${address} moved during the scan: some keys may be missing or counted twice`;
}

function slotsOf(view: ClusterViewFacts | null): Pick<NodeState, "slots" | "slotsMoving"> {
  const self = view?.nodes.find(({ myself }) => myself);
  if (view === null || self === undefined) return { slots: null, slotsMoving: false };
  const owner = self.primaryId === null ? self : (view.nodes.find(({ id }) => id === self.primaryId) ?? self);
  return { slots: JSON.stringify(owner.slots), slotsMoving: self.migrating.length + self.importing.length > 0 };
}
