import type { StreamGroupLook, StreamLook } from "../../model/closer-look.js";
import { ownText } from "../../model/key-name.js";
import { ReplyError, type BulkReply } from "../../model/node-port.js";

/** XINFO STREAM and XINFO GROUPS; null where either was refused: a stream whose groups are unknown is not one without. */
export function parseStream(stream: BulkReply, groups: BulkReply | undefined): StreamLook | null {
  const fields = fieldsOf(stream);
  const length = fields?.get("length");
  if (fields === null || typeof length !== "number" || !Array.isArray(groups)) return null;
  return {
    length,
    entriesAdded: numberOf(fields.get("entries-added")),
    groups: groups.flatMap(parseGroup),
  };
}

/** Adds what `XPENDING key group - + 1` gave: `[[id, consumer, ms since delivered, deliveries]]`. */
export function withOldestPending(stream: StreamLook, pendingByGroup: Map<string, BulkReply>): StreamLook {
  const groups = stream.groups.map((group) => {
    const entries = pendingByGroup.get(group.name);
    const first = Array.isArray(entries) ? entries[0] : undefined;
    return Array.isArray(first) ? { ...group, oldestPendingMs: numberOf(first[2]) } : group;
  });
  return { ...stream, groups };
}

function parseGroup(reply: BulkReply): StreamGroupLook[] {
  const fields = fieldsOf(reply);
  const name = fields?.get("name");
  const consumers = numberOf(fields?.get("consumers"));
  const pending = numberOf(fields?.get("pending"));
  if (fields === null || typeof name !== "string" || consumers === null || pending === null) return [];
  return [{ name: ownText(name), consumers, pending, lag: numberOf(fields.get("lag")), oldestPendingMs: null }];
}

function fieldsOf(reply: BulkReply): Map<string, BulkReply> | null {
  if (reply instanceof ReplyError || !Array.isArray(reply)) return null;
  const fields = new Map<string, BulkReply>();
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const name = reply[i];
    if (typeof name === "string") fields.set(name, reply[i + 1] ?? null);
  }
  return fields;
}

function numberOf(value: BulkReply | undefined): number | null {
  return typeof value === "number" ? value : null;
}
