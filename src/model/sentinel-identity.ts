import type { SentinelGroup, SentinelVoice } from "./sentinel-group.js";

/** Two sentinels with one id. */
export interface SameId {
  pair: [SentinelVoice, SentinelVoice];
  /** Null: a version that does not tell its id (before 6.2); that they ignore each other gives them away. */
  id: string | null;
}

/** Sentinels of the group that are one to all others, as after copying a configuration file. */
export function sameIds({ agreeing }: SentinelGroup): SameId[] {
  return agreeing.flatMap((a, index) =>
    agreeing.slice(index + 1).flatMap((b): SameId[] => {
      if (a.id !== null && a.id === b.id) return [{ pair: [a, b], id: a.id }];
      return (a.id === null || b.id === null) && ignoreEachOther(a, b) ? [{ pair: [a, b], id: null }] : [];
    }),
  );
}

/** Whether `voice` lists this other sentinel. */
export function lists({ master }: SentinelVoice, other: SentinelVoice): boolean {
  return master.sentinelList.some(({ address, runId }) => address === other.node.address || runId === other.id);
}

/** A sentinel takes an announcement with its own id for its own. A third one they both know shows that they do hear others. */
function ignoreEachOther(a: SentinelVoice, b: SentinelVoice): boolean {
  if (lists(a, b) || lists(b, a)) return false;
  const known = new Set(a.master.sentinelList.map(({ runId }) => runId));
  return b.master.sentinelList.some(({ runId }) => known.has(runId));
}
