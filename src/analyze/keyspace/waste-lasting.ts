import type { WasteItem, WasteKind } from "../../model/keyspace.js";
import { counted, type GroupKind, type WasteContext, type WasteGroup } from "./waste-kind.js";

/** One forgotten lock stops what it guards for ever, but a few may be meant to last. */
const fewestLocks = 10;

/** A handful of sessions without TTL are service accounts; hundreds are a leak. */
const fewestSessions = 100;

/** Words that tell that a key is a lock. */
export const lockWords: ReadonlySet<string> = new Set(
  "lock locks mutex mutexes lease leases semaphore semaphores redlock".split(" "),
);
const sessionWords = new Set("session sessions sess sid token tokens auth".split(" "));

/** Locks that nobody will release when their holder dies. */
export const locksWithoutTtl: GroupKind = lasting("locks-without-ttl", lockWords, fewestLocks, {
  noun: "locks",
  advice:
    "Take locks with SET name value NX PX milliseconds (or renew a lease), so that a holder that dies does not hold them for ever. Find out which of these are still held before deleting them.",
});

/** Sessions and tokens that stay when their user has long gone. */
export const sessionsWithoutTtl: GroupKind = lasting("sessions-without-ttl", sessionWords, fewestSessions, {
  noun: "sessions or tokens",
  advice:
    "Set the TTL in the same command that writes them (SET … EX, or EXPIRE within the transaction), and give those that exist one with EXPIRE: without it they pile up, and a stolen one is good for ever.",
});

function lasting(
  kind: WasteKind,
  words: ReadonlySet<string>,
  fewest: number,
  { noun, advice }: { noun: string; advice: string },
): GroupKind {
  return {
    kind,
    inGroup({ pattern, waste }, { scale }): WasteItem[] {
      const keys = scale(waste.withoutTtl);
      if (keys < fewest || !isNamed(pattern, words)) return [];
      return [
        {
          kind,
          pattern,
          keys,
          bytes: waste.unmeasured === waste.keys ? null : scale(waste.withoutTtlBytes),
          savedBytes: null,
          confidence: "medium",
          basis: `${counted(keys)} of ${counted(scale(waste.keys))} keys have no TTL; their name tells that they are ${noun}`,
          advice,
        },
      ];
    },
    unknown: (groups, context) => unknownTtls(groups, words, noun, context),
  };
}

function unknownTtls(
  groups: readonly WasteGroup[],
  words: ReadonlySet<string>,
  noun: string,
  { scale }: WasteContext,
): string | null {
  const keys = groups.reduce((sum, { pattern, waste }) => sum + (isNamed(pattern, words) ? waste.unknownTtls : 0), 0);
  return keys === 0 ? null : `the TTLs of ${counted(scale(keys))} keys that are named like ${noun} could not be asked`;
}

/** Whole words only, also within camelCase: `block`, `clock` and `authors` are none. */
export function isNamed(pattern: string, words: ReadonlySet<string>): boolean {
  const parts = pattern.replaceAll(/([a-z])([A-Z])/g, "$1 $2").split(/[^A-Za-z]+/);
  return parts.some((part) => words.has(part.toLowerCase()));
}
