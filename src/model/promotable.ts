import type { SentinelMasterFacts, SentinelReplica } from "./facts.js";
import type { ReplicaNode, SentinelGroup } from "./sentinel-group.js";
import { isHeldDown } from "./sentinel-group.js";

// sentinel.c, sentinelSelectSlave: five ping periods of a second; three INFO periods of ten.
const pingLimitMs = 5_000;
const infoLimitMs = 30_000;

/** Replicas that a failover could choose. */
export function promotableReplicas({ replicas }: SentinelGroup): ReplicaNode[] {
  return replicas.filter((replica) => whyNotPromotable(replica) === null);
}

/**
 * Why Sentinel would not promote this replica, as a clause; null when it might. Whoever leads the failover decides, so a
 * replica counts as promotable when more than half of the sentinels would take it. The priority is the replica's own word: the
 * sentinels learn of a change within ten seconds.
 */
export function whyNotPromotable({ entries, facts: { replication } }: ReplicaNode): string | null {
  const own = replication?.ok === true ? replication.value.priority : null;
  const reasons = entries.map(({ voice, entry }) =>
    whyPassedOver({ ...entry, priority: own ?? entry.priority }, voice.master),
  );
  const against = reasons.filter((reason) => reason !== null);
  return 2 * against.length >= reasons.length ? (against[0] ?? "no sentinel lists it") : null;
}

/** Why the sentinel that lists it so would pass this replica over, as a clause; null: it might take it. */
export function whyPassedOver(
  entry: SentinelReplica,
  master: Pick<SentinelMasterFacts, "flags" | "downAfterMs">,
): string | null {
  if (entry.priority === 0) return "replica-priority is 0";
  if (isHeldDown(entry)) return "held for down";
  if (entry.flags.includes("disconnected")) return "no connection from the sentinel";
  if ((entry.lastOkPingMs ?? 0) > pingLimitMs) return "no valid answer to PING for more than 5 s";
  // Before the first INFO the time since the last is 0 (before 6.2: since 1970).
  if (entry.runId === "") return "no INFO from it yet";
  if ((entry.infoRefreshMs ?? 0) > infoLimitMs) return "no INFO for more than 30 s";
  const limitMs = 10 * (master.downAfterMs ?? Infinity);
  // A replica of 6.0 that has just been made one says since 1970, until its first link is up and the next INFO is asked.
  if ((entry.linkDownMs ?? 0) > limitMs && !isHeldDown(master))
    return "its link to the primary has been down for more than ten times down-after-milliseconds";
  return null;
}
