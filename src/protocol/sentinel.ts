import type {
  SentinelMasterFacts,
  SentinelMasterView,
  SentinelOther,
  SentinelPeer,
  SentinelReplica,
} from "../model/facts.js";
import { formatEndpoint } from "../model/node.js";
import type { Reply } from "../model/node-port.js";
import { numberField } from "./info.js";
import { replyList, textMap } from "./replies.js";

/** Reads SENTINEL MASTERS. */
export function parseSentinelMasters(reply: Reply): SentinelMasterFacts[] {
  return parseSentinelList(reply).map(masterFacts);
}

/** Reads SENTINEL MASTER, REPLICAS and SENTINELS of one name. */
export function parseSentinelMaster(
  master: Reply,
  replicas: Reply,
  sentinels: Reply,
): Omit<SentinelMasterView, "toldAddress" | "quorumCheck"> {
  const fields = textMap(master);
  return {
    ...masterFacts(fields),
    runId: fields["runid"] ?? "",
    lastOkPingMs: numberField(fields, "last-ok-ping-reply"),
    lastPingMs: numberField(fields, "last-ping-reply"),
    failoverState: fields["failover-state"] ?? null,
    replicaList: parseSentinelReplicas(replicas),
    sentinelList: parseSentinelList(sentinels).map(parseOther),
  };
}

/** Reads SENTINEL REPLICAS of one name. */
export function parseSentinelReplicas(reply: Reply): SentinelReplica[] {
  return parseSentinelList(reply).map(parseReplica);
}

function parseReplica(fields: Record<string, string>): SentinelReplica {
  return {
    ...parsePeer(fields),
    primaryAddress: joinAddress(fields["master-host"] ?? "", fields["master-port"] ?? ""),
    priority: numberField(fields, "slave-priority"),
    linkStatus: fields["master-link-status"] ?? null,
    linkDownMs: numberField(fields, "master-link-down-time"),
    infoRefreshMs: numberField(fields, "info-refresh"),
    roleReported: fields["role-reported"] ?? null,
  };
}

function parseOther(fields: Record<string, string>): SentinelOther {
  const lastHelloMs = numberField(fields, "last-hello-message");
  return { ...parsePeer(fields), lastHelloMs, votedEpoch: numberField(fields, "voted-leader-epoch") };
}

function parsePeer(fields: Record<string, string>): SentinelPeer {
  return {
    address: sentinelAddress(fields),
    runId: fields["runid"] ?? "",
    flags: (fields["flags"] ?? "").split(","),
    lastOkPingMs: numberField(fields, "last-ok-ping-reply"),
    lastPingMs: numberField(fields, "last-ping-reply"),
  };
}

function masterFacts(fields: Record<string, string>): SentinelMasterFacts {
  return {
    name: fields["name"] ?? "",
    address: sentinelAddress(fields),
    flags: (fields["flags"] ?? "").split(","),
    quorum: numberField(fields, "quorum"),
    otherSentinels: numberField(fields, "num-other-sentinels"),
    replicas: numberField(fields, "num-slaves"),
    configEpoch: numberField(fields, "config-epoch"),
    downAfterMs: numberField(fields, "down-after-milliseconds"),
    failoverTimeoutMs: numberField(fields, "failover-timeout"),
    parallelSyncs: numberField(fields, "parallel-syncs"),
  };
}

/** Reads SENTINEL REPLICAS or SENTINEL SENTINELS: a flat map for each. */
export function parseSentinelList(reply: Reply): Record<string, string>[] {
  return replyList(reply).map(textMap);
}

function sentinelAddress(fields: Record<string, string>): string {
  return joinAddress(fields["ip"] ?? "", fields["port"] ?? "");
}

function joinAddress(host: string, port: string): string {
  return formatEndpoint({ host, port: Number(port) });
}
