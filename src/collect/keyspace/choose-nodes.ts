import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import { formatEndpoint } from "../../model/node.js";
import type { ScanOptions } from "./scan-options.js";

export interface ChosenNode {
  node: FleetNode;
  observed: ObservedNode;
}

/**
 * The nodes whose keys together are the target's: each primary, or one linked replica of each, the one that is least behind;
 * every Memcached server. Whatever keys these may leave out is said in `gaps`, as clauses. Pure.
 */
export function chooseNodes(
  observed: ObservedTarget,
  fleet: Fleet,
  from: ScanOptions["from"],
): { chosen: ChosenNode[]; gaps: string[] } {
  const gaps = observed.discoveryGaps.map((sentence) => sentence.replace(/\.$/, ""));
  const nodes = observed.nodes.filter(({ node }) => node.family !== "sentinel");
  for (const { node, facts } of nodes)
    if (node.role === "unknown") gaps.push(`whether ${node.address} is a primary is not known: ${silence(facts)}`);
  const owners = nodes.filter((one) => isOwner(one) && !wasReplaced(one, nodes));
  if (owners.length === 0 && !nodes.some(({ node }) => node.role === "unknown"))
    gaps.push(`no primary was found among the nodes of ${observed.target.name}`);
  const chosen: ObservedNode[] = [];
  for (const owner of owners) {
    const reader =
      from === "primaries" || owner.node.family === "memcached" ? owner : bestReplica(owner, owners, nodes);
    if (reader === null) gaps.push(`${owner.node.address} has no replica that is linked to it`);
    else if (!isReachable(reader)) gaps.push(`${reader.node.address} could not be reached: ${silence(reader.facts)}`);
    else chosen.push(reader);
  }
  return { chosen: chosen.map((one) => ({ node: dialled(one, fleet), observed: one })), gaps };
}

function isOwner({ node }: ObservedNode): boolean {
  return node.role === "primary" || node.role === "server";
}

function isReachable({ facts }: ObservedNode): boolean {
  return facts.reachability?.ok === true && facts.reachability.value.reachable;
}

function silence(facts: ObservedNode["facts"]): string {
  const { reachability, replication } = facts;
  if (reachability?.ok === true && reachability.value.failure !== null) return reachability.value.failure.message;
  if (replication?.ok === false) return replication.reason;
  return reachability?.ok === false ? reachability.reason : "it did not say";
}

/** A dead primary of a cluster that a failover has taken all slots from: its keys are with its successor. */
function wasReplaced(one: ObservedNode, nodes: readonly ObservedNode[]): boolean {
  if (isReachable(one)) return false;
  return nodes.some(({ facts: { clusterView } }) => {
    const views = clusterView?.ok === true ? clusterView.value.nodes : [];
    const entry = views.find(({ host, port }) => formatEndpoint({ host, port }) === one.node.address);
    return entry !== undefined && entry.slots.length === 0;
  });
}

function bestReplica(
  owner: ObservedNode,
  owners: readonly ObservedNode[],
  nodes: readonly ObservedNode[],
): ObservedNode | null {
  const linked = nodes.filter((one) => isReachable(one) && isLinked(one) && follows(one, owner, owners.length === 1));
  return linked.sort((a, b) => offsetOf(b) - offsetOf(a))[0] ?? null;
}

function isLinked({ node, facts: { replication } }: ObservedNode): boolean {
  return node.role === "replica" && replication?.ok === true && replication.value.linkStatus === "up";
}

/** The cluster's ids first: addresses may be announced differently from how they are dialled. */
function follows(replica: ObservedNode, owner: ObservedNode, onlyOne: boolean): boolean {
  const own = replica.facts.clusterView;
  const its = owner.facts.clusterView;
  const primaryId = own?.ok === true ? own.value.nodes.find(({ myself }) => myself)?.primaryId : null;
  if (primaryId !== null && primaryId !== undefined && its?.ok === true) return primaryId === its.value.myId;
  const { replication } = replica.facts;
  const primaryAddress = replication?.ok === true ? replication.value.primaryAddress : null;
  // A replica of a replica, or behind another name, where there is only one primary that it can come from.
  return onlyOne || primaryAddress === owner.node.address;
}

function offsetOf({ facts: { replication } }: ObservedNode): number {
  return (replication?.ok === true ? replication.value.replicaOffset : null) ?? -1;
}

function dialled({ node }: ObservedNode, fleet: Fleet): FleetNode {
  const found = fleet.nodes.find(({ identity }) => identity.address === node.address);
  if (found === undefined) throw new TypeError(`${node.address} was observed, but is not of this fleet`);
  return found;
}
