import { known, missing } from "../../src/model/fact.js";
import type { SentinelFacts, SentinelMasterView, SentinelViewsFacts, Topic } from "../../src/model/facts.js";
import type { NodeIdentity } from "../../src/model/node.js";
import type { NodeFacts, ObservedNode } from "../../src/model/observation.js";
import { redisNode, type Overrides } from "./facts.js";

/** A sentinel as literal facts, to be changed before `nodes()` is called. */
export interface LiteralSentinel {
  node: NodeIdentity;
  facts: Omit<SentinelFacts, "masters">;
  views: SentinelViewsFacts;
  /** What it knows of `mymaster`. */
  master: SentinelMasterView;
  /** It did not answer. */
  silent: boolean;
}

export interface LiteralGroup {
  sentinels: LiteralSentinel[];
  primary: ObservedNode;
  replicas: ObservedNode[];
  /** Changes what was seen of a server; 0 is the primary. */
  change(server: number, overrides: Omit<Overrides, "node">): void;
  nodes(): ObservedNode[];
}

/** A healthy group: sentinels on 10.0.1.1 and up, the primary on 10.0.0.1, replicas on 10.0.0.2 and up. */
export function literalGroup({ sentinels = 3, replicas = 1 } = {}): LiteralGroup {
  const count = { sentinels, replicas };
  const servers = [
    primaryNode(count.replicas),
    ...Array.from({ length: count.replicas }, (_, i) => replicaNode(i + 2)),
  ];
  const all = Array.from({ length: count.sentinels }, (_, index) => literalSentinel(index, count));
  return {
    sentinels: all,
    get primary() {
      return servers[0] as ObservedNode;
    },
    get replicas() {
      return servers.slice(1);
    },
    change(server, overrides) {
      const { node, facts } = servers[server] as ObservedNode;
      servers[server] = { node, facts: { ...facts, ...changed(facts, overrides) } };
    },
    nodes: () => [...all.map(observed), ...servers],
  };
}

/** Fields merge over what was seen; a missing fact replaces it. */
function changed(facts: NodeFacts, overrides: Omit<Overrides, "node">): NodeFacts {
  const topics = Object.entries(overrides).map(([topic, override]) => {
    const present = facts[topic as Topic];
    const isMissing = "ok" in override && override.ok === false;
    return [
      topic,
      isMissing ? override : known(Object.assign({}, present?.ok === true ? present.value : {}, override)),
    ];
  });
  return Object.fromEntries(topics) as NodeFacts;
}

const gone = missing("unreachable", "the node could not be reached");

function observed({ node, facts, views, silent }: LiteralSentinel): ObservedNode {
  if (silent) {
    const failure = { cause: "refused", message: `connection refused by ${node.address}`, hint: "Start it." };
    const reachability = known({ reachable: false, failure, connectMs: null, pingMs: null, pingError: null });
    return { node, facts: { reachability, server: gone, clients: gone, sentinel: gone, sentinelViews: gone } };
  }
  const { reachability, server, clients } = redisNode({
    server: { mode: "sentinel", runId: `run-${node.address}` },
    clients: { connected: 12 },
  }).facts;
  return {
    node,
    facts: {
      ...(reachability === undefined ? {} : { reachability }),
      ...(server === undefined ? {} : { server }),
      ...(clients === undefined ? {} : { clients }),
      sentinel: known({ ...facts, masters: views.masters }),
      sentinelViews: known(views),
    },
  };
}

function literalSentinel(index: number, count: { sentinels: number; replicas: number }): LiteralSentinel {
  const master = masterView(index, count);
  const address = sentinelAddress(index);
  return {
    node: {
      address,
      family: "sentinel",
      role: "sentinel",
      cliArguments: ["-h", `10.0.1.${index + 1}`, "-p", "26379"],
    },
    facts: { tilt: false, runningScripts: 0, simulateFailureFlags: 0 },
    views: { myId: sentinelId(index), pendingScripts: 0, settings: {}, names: ["mymaster"], masters: [master] },
    master,
    silent: false,
  };
}

function masterView(
  index: number,
  { sentinels, replicas }: { sentinels: number; replicas: number },
): SentinelMasterView {
  const alive = { lastOkPingMs: 300, lastPingMs: 300 };
  return {
    ...alive,
    name: "mymaster",
    address: "10.0.0.1:6379",
    runId: "run-1",
    flags: ["master"],
    quorum: Math.floor(sentinels / 2) + 1,
    otherSentinels: sentinels - 1,
    replicas,
    configEpoch: 3,
    downAfterMs: 30_000,
    failoverTimeoutMs: 180_000,
    parallelSyncs: 1,
    failoverState: null,
    toldAddress: "10.0.0.1:6379",
    quorumCheck: `OK ${sentinels} usable Sentinels. Quorum and failover authorization can be reached`,
    replicaList: Array.from({ length: replicas }, (_, i) => ({
      ...alive,
      address: `10.0.0.${i + 2}:6379`,
      runId: `run-${i + 2}`,
      flags: ["slave"],
      primaryAddress: "10.0.0.1:6379",
      priority: 100,
      linkStatus: "ok",
      linkDownMs: 0,
      infoRefreshMs: 2_000,
      roleReported: "slave",
    })),
    sentinelList: Array.from({ length: sentinels }, (_, i) => i)
      .filter((i) => i !== index)
      .map((i) => ({
        ...alive,
        address: sentinelAddress(i),
        runId: sentinelId(i),
        flags: ["sentinel"],
        lastHelloMs: 900,
        votedEpoch: 3,
      })),
  };
}

function sentinelAddress(index: number): string {
  return `10.0.1.${index + 1}:26379`;
}

export function sentinelId(index: number): string {
  return String(index + 1).repeat(40);
}

const guarded = { "min-replicas-to-write": "1", "min-replicas-max-lag": "10", masterauth: "[set]" };

function primaryNode(replicas: number): ObservedNode {
  return redisNode({
    node: { address: "10.0.0.1:6379", cliArguments: ["-h", "10.0.0.1", "-p", "6379"] },
    server: { runId: "run-1" },
    config: guarded,
    replication: {
      connectedReplicas: replicas,
      minReplicasGood: replicas,
      replicas: Array.from({ length: replicas }, (_, i) => ({
        address: `10.0.0.${i + 2}:6379`,
        state: "online",
        offset: 1_000,
        lagSeconds: 0,
      })),
    },
  });
}

function replicaNode(last: number): ObservedNode {
  return redisNode({
    node: { address: `10.0.0.${last}:6379`, role: "replica", cliArguments: ["-h", `10.0.0.${last}`, "-p", "6379"] },
    server: { runId: `run-${last}` },
    config: guarded,
    replication: {
      role: "replica",
      replicas: [],
      connectedReplicas: 0,
      primaryAddress: "10.0.0.1:6379",
      linkStatus: "up",
      lastIoSecondsAgo: 1,
      priority: 100,
      readOnly: true,
    },
  });
}
