import type { SentinelMasterView, SentinelReplica } from "./facts.js";
import type { NodeIdentity } from "./node.js";
import type { NodeFacts, ObservedNode } from "./observation.js";

/** One sentinel that answered, with what it knows of one master. */
export interface SentinelVoice {
  node: NodeIdentity;
  /** By its own word, else by that of the others (before 6.2); null when nobody says. */
  id: string | null;
  master: SentinelMasterView;
}

/** A server that the sentinels name: as they name it, and as it was seen itself. */
export interface DataNode {
  /** As dialled where it was found, else as announced. */
  address: string;
  /** Null when it is not among the nodes of the target. */
  node: NodeIdentity | null;
  facts: NodeFacts;
}

export interface ReplicaNode extends DataNode {
  /** Each agreeing sentinel's word on it. */
  entries: { voice: SentinelVoice; entry: SentinelReplica }[];
}

/** Everything about one monitored name. */
export interface SentinelGroup {
  name: string;
  /** The primary that most sentinels name, as they name it. */
  address: string;
  voices: SentinelVoice[];
  /** Those of `voices` that name `address`: what the group says. */
  agreeing: SentinelVoice[];
  /** Sentinels that could not be asked. */
  silent: { node: NodeIdentity; reason: string }[];
  /** Sentinels that answered and do not watch this name. */
  strangers: NodeIdentity[];
  primary: DataNode;
  replicas: ReplicaNode[];
}

/** The topics that a group is made of. */
export const groupTopics = ["sentinelViews", "replication", "config", "server", "latency", "counters"] as const;

/** One group for each name that any sentinel watches, in order of names. */
export function sentinelGroups(nodes: readonly ObservedNode[]): SentinelGroup[] {
  const sentinels = nodes.filter(({ node }) => node.family === "sentinel");
  const names = sentinels.flatMap(({ facts }) => viewsOf(facts)?.masters.map(({ name }) => name) ?? []);
  return [...new Set(names)].sort().map((name) => groupOf(name, sentinels, nodes));
}

/** Votes that a failover needs: the quorum, and a majority of every sentinel that is known, alive or not. */
export function votesNeeded({ agreeing }: SentinelGroup): { votes: number; voters: number; quorum: number } {
  const voters = Math.max(...agreeing.map(({ master }) => master.sentinelList.length + 1));
  const quorum = Math.max(...agreeing.map(({ master }) => master.quorum ?? 1));
  return { votes: Math.max(quorum, Math.floor(voters / 2) + 1), voters, quorum };
}

/** Held for down by this sentinel alone (`s_down`) or by the quorum (`o_down`). */
export function isHeldDown({ flags }: { flags: readonly string[] }): boolean {
  return flags.includes("s_down") || flags.includes("o_down");
}

function groupOf(name: string, sentinels: readonly ObservedNode[], nodes: readonly ObservedNode[]): SentinelGroup {
  const voices = sentinels.flatMap(({ node, facts }): SentinelVoice[] => {
    const master = viewsOf(facts)?.masters.find((each) => each.name === name);
    return master === undefined ? [] : [{ node, id: viewsOf(facts)?.myId ?? null, master }];
  });
  for (const voice of voices) voice.id ??= idByOthers(voice, voices);
  const address = mostNamed(voices);
  const agreeing = voices.filter(({ master }) => master.address === address);
  return {
    name,
    address,
    voices,
    agreeing,
    silent: sentinels.flatMap(({ node, facts: { sentinelViews: fact } }) =>
      fact?.ok === true ? [] : [{ node, reason: fact?.reason ?? "it was not asked" }],
    ),
    strangers: sentinels.filter(({ facts }) => viewsOf(facts)?.names.includes(name) === false).map(({ node }) => node),
    primary: dataNode(nodes, address, agreeing[0]?.master.runId ?? ""),
    replicas: replicasOf(agreeing, nodes),
  };
}

function viewsOf({ sentinelViews }: NodeFacts) {
  return sentinelViews?.ok === true ? sentinelViews.value : null;
}

function idByOthers({ node }: SentinelVoice, voices: readonly SentinelVoice[]): string | null {
  const entries = voices.flatMap(({ master }) => master.sentinelList);
  return entries.find(({ address }) => address === node.address)?.runId ?? null;
}

/** Of a tie, the one with the newest configuration. */
function mostNamed(voices: readonly SentinelVoice[]): string {
  const tally = new Map<string, { count: number; epoch: number }>();
  for (const { master } of voices) {
    const { count, epoch } = tally.get(master.address) ?? { count: 0, epoch: 0 };
    tally.set(master.address, { count: count + 1, epoch: Math.max(epoch, master.configEpoch ?? 0) });
  }
  const ranked = [...tally].sort(([, a], [, b]) => b.count - a.count || b.epoch - a.epoch);
  return ranked[0]?.[0] ?? "";
}

function replicasOf(agreeing: readonly SentinelVoice[], nodes: readonly ObservedNode[]): ReplicaNode[] {
  const byAddress = new Map<string, ReplicaNode>();
  for (const voice of agreeing) {
    for (const entry of voice.master.replicaList) {
      const found = dataNode(nodes, entry.address, entry.runId);
      const replica = byAddress.get(found.address) ?? { ...found, entries: [] };
      replica.entries.push({ voice, entry });
      byAddress.set(found.address, replica);
    }
  }
  return [...byAddress.values()];
}

/** By its run id, since behind a NAT map it was dialled at another address than it announces; else by its address. */
function dataNode(nodes: readonly ObservedNode[], address: string, runId: string): DataNode {
  const servers = nodes.filter(({ node }) => node.family === "redis");
  const seen =
    servers.find((each) => each.node.address === address) ??
    servers.find(({ facts: { server } }) => runId !== "" && server?.ok === true && server.value.runId === runId);
  return seen === undefined
    ? { address, node: null, facts: {} }
    : { address: seen.node.address, node: seen.node, facts: seen.facts };
}
