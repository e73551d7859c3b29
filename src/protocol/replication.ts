import type { ReplicaEntry, ReplicationFacts } from "../model/facts.js";
import { flagField, numberField, parsePairs, type Info } from "./info.js";

/** Reads the replication section of INFO; null when it has no `role` (a Sentinel, or a login that may not see it). */
export function parseReplication(info: Info): ReplicationFacts | null {
  const section = info["replication"];
  const role = section?.["role"];
  if (section === undefined || (role !== "master" && role !== "slave")) return null;
  const replica = role === "slave";
  return {
    role: replica ? "replica" : "primary",
    connectedReplicas: numberField(section, "connected_slaves"),
    replicas: Object.entries(section)
      .filter(([field]) => /^slave\d+$/.test(field))
      .map(([, value]) => parseReplica(value)),
    offset: numberField(section, "master_repl_offset"),
    replId: section["master_replid"] ?? null,
    minReplicasGood: numberField(section, "min_slaves_good_slaves"),
    backlogActive: flagField(section, "repl_backlog_active"),
    backlogBytes: numberField(section, "repl_backlog_size"),
    primaryAddress: replica ? joinAddress(section["master_host"] ?? "", section["master_port"] ?? "") : null,
    linkStatus: section["master_link_status"] ?? null,
    linkDownSeconds: numberField(section, "master_link_down_since_seconds"),
    lastIoSecondsAgo: numberField(section, "master_last_io_seconds_ago"),
    syncInProgress: flagField(section, "master_sync_in_progress"),
    replicaOffset: numberField(section, "slave_repl_offset"),
    priority: numberField(section, "slave_priority"),
    readOnly: flagField(section, "slave_read_only"),
  };
}

function parseReplica(value: string): ReplicaEntry {
  const pairs = parsePairs(value);
  return {
    address: joinAddress(pairs["ip"] ?? "", pairs["port"] ?? ""),
    state: pairs["state"] ?? "unknown",
    offset: numberField(pairs, "offset"),
    lagSeconds: numberField(pairs, "lag"),
  };
}

/** As `formatEndpoint` writes it: an IPv6 host gets brackets. */
function joinAddress(host: string, port: string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
