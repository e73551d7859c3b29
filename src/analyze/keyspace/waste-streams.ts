import type { CloserLook, StreamGroupLook, StreamLook } from "../../model/closer-look.js";
import { keyText } from "../../model/key-name.js";
import type { WasteItem } from "../../model/keyspace.js";
import { counted, total, type WasteContext, type WasteGroup } from "./waste-kind.js";

/** A stream may well be shorter than its MAXLEN for a while. */
const fewestEntries = 10_000;

/** Streams from which nothing was ever taken away. */
export const untrimmedStreams = {
  inStreams(looks: readonly CloserLook[], { floorBytes }: WasteContext): WasteItem[] {
    return looks.flatMap(({ key, bytes, stream }) => {
      if (stream === null || stream.length < fewestEntries || stream.entriesAdded !== stream.length) return [];
      if (bytes !== null && bytes < floorBytes) return [];
      return [
        {
          kind: "untrimmed-streams" as const,
          pattern: keyText(key.name),
          keys: 1,
          bytes,
          savedBytes: null,
          confidence: "medium" as const,
          basis: `XINFO STREAM: all ${counted(stream.length)} entries that were ever added are still there; how many are needed is the application's to say`,
          advice:
            "Add entries with XADD … MAXLEN ~ n (or MINID ~ id), n being what the slowest consumer and a look back need, and trim once with XTRIM … MAXLEN ~ n LIMIT, when all groups have read what goes.",
        },
      ];
    });
  },

  unknown(groups: readonly WasteGroup[], looks: readonly CloserLook[], context: WasteContext): string | null {
    const old = looks.filter(({ stream }) => stream !== null && stream.entriesAdded === null).length;
    if (old > 0) return `${counted(old)} streams do not tell how many entries they ever had (Redis before 7.0)`;
    return unseenStreams(groups, looks, context);
  },
};

/** Consumers that crash leave a few entries behind; this many is nobody claiming them. */
const fewestPending = 100;

/** Longer than any one piece of work takes. */
const stuckMs = 3_600_000;

/** Consumer groups that do not acknowledge, or that nobody reads any more. */
export const stuckGroups = {
  inStreams(looks: readonly CloserLook[]): WasteItem[] {
    return looks.flatMap(({ key, bytes, stream }) =>
      (stream?.groups ?? []).flatMap((group) => {
        const why = whyStuck(group);
        if (why === null) return [];
        return [
          {
            kind: "stuck-consumer-groups" as const,
            pattern: `${keyText(key.name)} (group ${keyText(group.name)})`,
            keys: 1,
            bytes,
            savedBytes: null,
            confidence: "high" as const,
            basis: why,
            advice: adviceFor(group),
          },
        ];
      }),
    );
  },

  unknown(groups: readonly WasteGroup[], looks: readonly CloserLook[], context: WasteContext): string | null {
    const unasked = looks.filter(({ stream }) => stream !== null && hasUnknownAge(stream)).length;
    if (unasked > 0) return `XPENDING did not tell how old the pending entries of ${counted(unasked)} streams are`;
    return unseenStreams(groups, looks, context);
  },
};

function whyStuck({ pending, oldestPendingMs, lag, consumers }: StreamGroupLook): string | null {
  if (pending >= fewestPending && oldestPendingMs !== null && oldestPendingMs >= stuckMs)
    return `XPENDING: ${counted(pending)} entries delivered and not acknowledged, the first of them ${counted(oldestPendingMs / 60_000)} minutes ago`;
  if (consumers === 0 && lag !== null && lag >= fewestEntries)
    return `XINFO GROUPS: no consumer, and ${counted(lag)} entries not read`;
  return null;
}

function adviceFor({ pending }: StreamGroupLook): string {
  return pending >= fewestPending
    ? "See with XPENDING whose entries these are, and let a live consumer take them over (XAUTOCLAIM) and acknowledge each with XACK; what fails again and again belongs into a dead letter stream. Remove consumers that are gone with XGROUP DELCONSUMER only after that: it drops what they had pending."
    : "Remove the group with XGROUP DESTROY if nobody is to read it any more: as long as it is there, nobody dares to trim the stream.";
}

function hasUnknownAge({ groups }: StreamLook): boolean {
  return groups.some(({ pending, oldestPendingMs }) => pending >= fewestPending && oldestPendingMs === null);
}

/** Streams that were not asked, where they are heavy enough to matter. */
function unseenStreams(
  groups: readonly WasteGroup[],
  looks: readonly CloserLook[],
  context: WasteContext,
): string | null {
  const seen = looks.filter(({ stream }) => stream !== null);
  const unseen = total(groups, context, ({ streams }) => streams) - seen.length;
  const seenBytes = seen.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const unseenBytes = total(groups, context, ({ streamBytes }) => streamBytes) - seenBytes;
  const unsized = total(groups, context, ({ unmeasured }) => unmeasured);
  if (unseen <= 0 || (unsized === 0 && unseenBytes < context.floorBytes)) return null;
  return `${counted(unseen)} streams were not asked: not among the largest keys, refused, or a server before 7.2, where asking resets idle times (--touch asks all the same)`;
}
