import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import { formatEndpoint } from "../model/node.js";
import { isRefusal, type PlanRefusal } from "../model/slot-plan.js";
import { refuse } from "./refuse.js";

/** Shorter prefixes are too easily somebody else's tomorrow, and `7001` is more likely meant as a port. */
const shortestPrefix = 4;

/** The member that a user means: its address as dialled or as announced, its id, or the beginning of its id (4 digits or more). */
export function findMember(topology: ClusterTopology, text: string): ClusterNode | PlanRefusal {
  const wanted = text.trim();
  const byAddress = topology.nodes.filter((node) => addressesOf(node).includes(wanted));
  const found = byAddress.length > 0 ? byAddress : findById(topology.nodes, wanted.toLowerCase());
  const [node] = found;
  if (node !== undefined && found.length === 1) return node;
  if (node === undefined) return notFound(topology, wanted);
  return refuse(
    "node-ambiguous",
    `${wanted} stands for ${found.length} members: ${found.map(nameNode).join(", ")}.`,
    "Name the member by its address, or by more digits of its id.",
  );
}

/** A primary, by {@link findMember}'s ways of naming it. */
export function findPrimary(topology: ClusterTopology, text: string): ClusterNode | PlanRefusal {
  const node = findMember(topology, text);
  if (isRefusal(node) || node.role === "primary") return node;
  const primary = topology.nodes.find(({ id }) => id === node.primaryId);
  return refuse(
    "not-a-primary",
    `${node.address} is a replica${primary === undefined ? "" : ` of ${primary.address}`}: it has no slots of its own.`,
    primary === undefined ? "Name a primary." : `Name its primary, ${primary.address}.`,
  );
}

function addressesOf({ address, announced }: ClusterNode): string[] {
  return announced.host === "" ? [address] : [address, formatEndpoint(announced)];
}

function findById(nodes: ClusterNode[], prefix: string): ClusterNode[] {
  return prefix.length < shortestPrefix ? [] : nodes.filter(({ id }) => id.startsWith(prefix));
}

function nameNode({ address, id }: ClusterNode): string {
  return `${address} (${id.slice(0, 8)})`;
}

function notFound({ nodes }: ClusterTopology, wanted: string): PlanRefusal {
  const message = `No member of this cluster is ${wanted === "" ? "an empty name" : wanted}.`;
  return refuse("unknown-node", message, `Members: ${nodes.map(nameNode).join(", ")}.`);
}
