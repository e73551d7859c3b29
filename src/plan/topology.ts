import { mergeClusterViews, type ClusterMember, type ClusterView } from "../model/cluster-views.js";
import type { ClusterNode, ClusterTopology } from "../model/cluster-topology.js";
import type { Reachability } from "../model/facts.js";
import { compareAddresses, formatEndpoint } from "../model/node.js";
import type { NodeFacts, ObservedNode, ObservedTarget } from "../model/observation.js";
import { uncoveredSlots } from "../model/slot-owners.js";
import { obstaclesOf } from "./obstacles.js";
import { topologyFingerprint } from "./topology-fingerprint.js";

/** Announced `host:port` → address to dial, of the profile. */
type NatMap = Readonly<Record<string, { host: string; port: number }>>;

/**
 * Every node's own view of the cluster as one topology, with everything that is not settled between them. Pure.
 *
 * A node's own word decides on its role and slots; of one that did not answer, what the first of the others says.
 *
 * @param zones host (announced, its name, or as dialled) → zone; it weighs more than what the server announces
 * @param leaving ids of members that are to be taken out: one that knows nobody any more, reset by hand, need not agree with the others
 */
export function topologyOf(
  target: ObservedTarget,
  zones: Readonly<Record<string, string>>,
  natMap: NatMap = {},
  leaving: readonly string[] = [],
): ClusterTopology {
  const views = viewsOf(target);
  const aside = new Set(views.filter((view) => isAlone(view, leaving)).map(({ node }) => node.address));
  const counted = {
    target: { ...target, nodes: target.nodes.filter(({ node }) => !aside.has(node.address)) },
    views: views.filter(({ node }) => !aside.has(node.address)),
  };
  const observed = new Map(target.nodes.map((node) => [node.node.address, node]));
  const nodes = [...mergeClusterViews(views).values()].map((member) => clusterNode(member, observed, zones, natMap));
  const sorted = inSlotOrder(nodes);
  const uncovered = uncoveredSlots(nodes.map(({ slots }) => slots));
  return {
    nodes: sorted,
    uncovered,
    obstacles: obstaclesOf(counted.target, counted.views, sorted, uncovered),
    fingerprint: topologyFingerprint(nodes),
  };
}

/** What it still owns by its own word makes it a party to what the others have to agree on. */
function isAlone({ facts: { clusterView } }: ClusterView, leaving: readonly string[]): boolean {
  const [own, ...others] = clusterView.nodes;
  return own?.myself === true && others.length === 0 && own.slots.length === 0 && leaving.includes(own.id);
}

function viewsOf({ nodes }: ObservedTarget): ClusterView[] {
  return nodes.flatMap(({ node, facts: { clusterView } }) =>
    clusterView?.ok === true ? [{ node, facts: { clusterView: clusterView.value } }] : [],
  );
}

function clusterNode(
  { entry, node, host, failing }: ClusterMember,
  observed: ReadonlyMap<string, ObservedNode>,
  zones: Readonly<Record<string, string>>,
  natMap: NatMap,
): ClusterNode {
  const announced = formatEndpoint({ host, port: entry.port });
  const dialled = natMap[announced];
  const names = [
    dialled === undefined ? announced : formatEndpoint(dialled),
    ...(entry.hostname === null ? [] : [`${entry.hostname}:${entry.port}`]),
  ];
  const seen = [node?.address, ...names].map((name) => observed.get(name ?? "")).find((found) => found !== undefined);
  const address = node?.address ?? seen?.node.address ?? names[0] ?? announced;
  // Its own host is the one thing that a node cannot know before it has met another.
  const ownHost = host === "" ? hostOf(address) : host;
  return {
    id: entry.id,
    address,
    announced: { host: ownHost, port: entry.port },
    zone: zoneOf([ownHost, hostOf(address), entry.hostname ?? ""], seen?.facts, zones),
    role: entry.role,
    primaryId: entry.primaryId,
    configEpoch: entry.configEpoch,
    slots: entry.slots.map(([first, last]) => [first, last]),
    migrating: node === null ? [] : entry.migrating,
    importing: node === null ? [] : entry.importing,
    ...answered(seen),
    failing,
    ...measures(seen?.facts ?? {}),
  };
}

function zoneOf(
  hosts: readonly string[],
  facts: NodeFacts | undefined,
  zones: Readonly<Record<string, string>>,
): string | null {
  const named = hosts.map((host) => zones[host]).find((zone) => zone !== undefined);
  // `availability-zone` is a setting of Valkey 8.0 and newer.
  const own = facts?.config?.ok === true ? (facts.config.value["availability-zone"] ?? "") : "";
  return named ?? (own === "" ? null : own);
}

function answered(seen: ObservedNode | undefined): Pick<ClusterNode, "reachable" | "failure"> {
  if (seen === undefined) return { reachable: false, failure: "it was not among the nodes that were asked" };
  const fact = seen.facts.reachability;
  const reachability: Reachability | null = fact?.ok === true ? fact.value : null;
  if (reachability?.reachable === true) return { reachable: true, failure: null };
  return { reachable: false, failure: reachability?.failure?.message ?? "it did not answer" };
}

function measures({
  server,
  keyspace,
  memory,
  counters,
  window,
}: NodeFacts): Pick<ClusterNode, "product" | "version" | "keys" | "usedBytes" | "opsPerSecond"> {
  const sampled = window?.ok === true && window.value.basis === "sample" ? window.value : null;
  const commands = sampled?.counters["total_commands_processed"];
  const now = counters?.ok === true ? counters.value["instantaneous_ops_per_sec"] : undefined;
  return {
    product: server?.ok === true ? server.value.product : null,
    version: server?.ok === true ? server.value.version : null,
    keys: keyspace?.ok === true ? keyspace.value.keys : null,
    usedBytes: memory?.ok === true ? memory.value.usedBytes : null,
    opsPerSecond:
      sampled !== null && sampled.seconds > 0 && commands !== undefined ? commands / sampled.seconds : (now ?? null),
  };
}

/** Primaries by their first slot, those without slots after them by address; each followed by its replicas. */
function inSlotOrder(nodes: readonly ClusterNode[]): ClusterNode[] {
  const byAddress = [...nodes].sort((a, b) => compareAddresses(a.address, b.address));
  const firstSlot = ({ slots }: ClusterNode) => slots[0]?.[0] ?? Infinity;
  const primaries = byAddress
    .filter(({ role }) => role === "primary")
    // Infinity minus itself is no number; equal slots keep the order of addresses.
    .sort((a, b) => (firstSlot(a) === firstSlot(b) ? 0 : firstSlot(a) - firstSlot(b)));
  const families = primaries.flatMap((primary) => [
    primary,
    ...byAddress.filter(({ role, primaryId }) => role === "replica" && primaryId === primary.id),
  ]);
  return [...families, ...byAddress.filter((node) => !families.includes(node))];
}

/** The host of a `host:port` address, an IPv6 one without its brackets. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}
