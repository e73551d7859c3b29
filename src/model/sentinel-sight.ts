import type { SentinelMasterView, SentinelOther, SentinelReplica } from "./facts.js";
import { isHeldDown, type DataNode, type SentinelGroup, type SentinelVoice } from "./sentinel-group.js";

/** A server of the group that a sentinel holds for down. */
export interface HeldDown {
  server: DataNode;
  isPrimary: boolean;
  /** How it is listed. */
  announced: string;
  voice: SentinelVoice;
  entry: SentinelMasterView | SentinelReplica;
  /**
   * `refuses`: it answers this sentinel, with errors only. `unheard`: its primary says that it replicates from there, so it lives
   * and the announced address is wrong. `silent`: nothing comes back.
   */
  why: "refuses" | "unheard" | "silent";
}

/** Every server that some sentinel holds for down, with each that does. */
export function heldDown(group: SentinelGroup): HeldDown[] {
  const ofPrimary = group.agreeing
    .filter(({ master }) => isHeldDown(master))
    .map((voice) => sight(group, group.primary, true, group.address, voice, voice.master));
  const ofReplicas = group.replicas.flatMap((replica) =>
    replica.entries
      .filter(({ entry }) => isHeldDown(entry))
      .map(({ voice, entry }) => sight(group, replica, false, entry.address, voice, entry)),
  );
  return [...ofPrimary, ...ofReplicas];
}

function sight(
  group: SentinelGroup,
  server: DataNode,
  isPrimary: boolean,
  announced: string,
  voice: SentinelVoice,
  entry: HeldDown["entry"],
): HeldDown {
  const limitMs = voice.master.downAfterMs ?? 0;
  const answers = entry.lastPingMs !== null && entry.lastPingMs <= limitMs;
  const refuses = answers && (entry.lastOkPingMs ?? 0) > limitMs;
  const why = refuses ? "refuses" : isFollowing(group, server, announced) ? "unheard" : "silent";
  return { server, isPrimary, announced, voice, entry, why };
}

/**
 * Whether this sentinel's announcements still come, through the master and its replicas, while it does not answer at its address.
 * Of a dead one both end at the same time: announcements come every two seconds, answers to PING every second.
 */
export function isUnheardSentinel(entry: SentinelOther): boolean {
  const { address, lastHelloMs, lastOkPingMs } = entry;
  if (!isHeldDown(entry) || address.endsWith(":0") || lastHelloMs === null || lastOkPingMs === null) return false;
  return lastHelloMs < freshHelloMs && 2 * lastHelloMs < lastOkPingMs;
}

const freshHelloMs = 5_000;

// Replicas acknowledge every second; one that froze a moment ago is no older than that either, but not held for down yet.
const freshSeconds = 1;

/** Its primary has it online under this address, and nobody reaches it there. */
function isFollowing({ primary }: SentinelGroup, { facts }: DataNode, announced: string): boolean {
  const { replication } = primary.facts;
  if (replication?.ok !== true || facts.replication?.ok === true) return false;
  return replication.value.replicas.some(
    ({ address, state, lagSeconds }) =>
      address === announced && state === "online" && lagSeconds !== null && lagSeconds <= freshSeconds,
  );
}
