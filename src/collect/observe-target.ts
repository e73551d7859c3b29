import type { Clock } from "../model/clock.js";
import { known, missing } from "../model/fact.js";
import type { Topic } from "../model/facts.js";
import { compareAddresses, type NodeFamily, type NodeRole, type TargetIdentity } from "../model/node.js";
import type { Fleet, FleetNode } from "../model/node-port.js";
import type { NodeFacts, ObservedNode, ObservedTarget } from "../model/observation.js";
import { infoTopics } from "./info-topics.js";
import { observeMemcached } from "./memcached-node.js";
import { notReached, stillReached } from "./reachability.js";
import { observeRedis, observeSentinel } from "./redis-node.js";

/**
 * Observes all nodes of a target at the same time. Read-only.
 *
 * @param sampleMs between the two samples; 0 judges since the server's start
 * @throws CachectlError of kind `interrupted` when the run is aborted; an unreachable node is part of the observation
 */
export async function observeTarget(
  fleet: Fleet,
  target: TargetIdentity,
  sampleMs: number,
  clock: Clock,
): Promise<ObservedTarget> {
  const nodes = await Promise.all(fleet.nodes.map((node) => observeNode(node, sampleMs, clock)));
  return { target, nodes: dropRepeatedNodes(nodes).sort(byRole), discoveryGaps: await fleet.gaps() };
}

const roleOrder: readonly NodeRole[] = ["sentinel", "primary", "replica", "server", "unknown"];

/** Discovery names members in the order of the node that was asked; a report is compared with the last one. */
export function byRole(a: ObservedNode, b: ObservedNode): number {
  return (
    roleOrder.indexOf(a.node.role) - roleOrder.indexOf(b.node.role) || compareAddresses(a.node.address, b.node.address)
  );
}

/** Every topic of the node's family; on an unreachable node all are missing but `reachability`. */
export async function observeNode(node: FleetNode, sampleMs: number, clock: Clock): Promise<ObservedNode> {
  try {
    const facts = await observers[node.identity.family](node, sampleMs, clock);
    const role = facts.replication?.ok === true ? facts.replication.value.role : node.identity.role;
    return { node: { ...node.identity, role }, facts: { ...facts, reachability: known(stillReached(facts)) } };
  } catch (error) {
    return { node: { ...node.identity }, facts: unreachableFacts(node.identity.family, error) };
  }
}

const observers: Record<NodeFamily, (node: FleetNode, sampleMs: number, clock: Clock) => Promise<NodeFacts>> = {
  redis: observeRedis,
  sentinel: observeSentinel,
  memcached: observeMemcached,
};

const topics: Record<NodeFamily, readonly Topic[]> = {
  redis: [
    ...infoTopics,
    "window",
    "config",
    "slowlog",
    "latency",
    "clientList",
    "acl",
    "memoryStats",
    "clusterInfo",
    "clusterView",
    "slotMigrations",
    "modules",
  ],
  sentinel: ["server", "clients", "sentinel"],
  memcached: ["memcachedStats", "memcachedSettings", "memcachedItems", "memcachedSlabs", "memcachedWindow"],
};

function unreachableFacts(family: NodeFamily, error: unknown): NodeFacts {
  const reachability = notReached(error);
  const why = missing("unreachable", "the node could not be reached");
  const facts = Object.fromEntries(topics[family].map((topic) => [topic, why])) as NodeFacts;
  return { ...facts, reachability: known(reachability) };
}

/** The same process under two addresses (a host name and an announced IP, say) is one node: the first name stays. */
export function dropRepeatedNodes(nodes: ObservedNode[]): ObservedNode[] {
  const seen = new Set<string>();
  return nodes.filter(({ facts }) => {
    const runId = facts.server?.ok === true ? facts.server.value.runId : "";
    if (runId === "") return true;
    if (seen.has(runId)) return false;
    seen.add(runId);
    return true;
  });
}
