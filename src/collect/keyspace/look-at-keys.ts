import type { CloserLook, KeyHandle, StreamLook } from "../../model/closer-look.js";
import { ownText } from "../../model/key-name.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { parseStream, withOldestPending } from "./stream-look.js";
import { lookAtValue, readBytes } from "./value-look.js";

/** What may be asked of a key. */
export interface Ask {
  /** The first bytes of strings. */
  values: boolean;
  /** Commands that reset the key's idle time where CLIENT NO-TOUCH is not in force. */
  touching: boolean;
}

/**
 * How many elements MEMORY USAGE measures. Of a hash with 2,000,000 fields, on 7.0, 8.0 and Valkey 9.1: 5 take 0.03 ms, 1,000
 * take 1.5 ms, 10,000 take 8 ms, and all of them (0) 690 ms, in which the server does nothing else.
 */
const samples = "1000";

/** Command that counts the elements, by type. */
const lengthCommands: Record<string, string> = {
  hash: "HLEN",
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

/** Groups of one stream that are asked for their oldest pending entry. */
const maxGroups = 50;

type Replies = Record<string, BulkReply>;

/** What a few keys answered, and how many lookups that was: all commands but MEMORY USAGE count as one. */
export interface Looks {
  looks: CloserLook[];
  lookups: number;
}

/** One round trip for a few keys of the selected database, and one more where there are consumer groups. */
export async function lookAtKeys(port: RedisBulkPort, keys: KeyHandle[], ask: Ask): Promise<Looks> {
  const requests = keys.map((key) => commandsFor(key, ask));
  const all = requests.flatMap((commands) => Object.values(commands));
  const replies = await port.pipeline(all.map((command) => encodeCommand(...command)).join(""), all.length);
  const looks: CloserLook[] = [];
  let at = 0;
  let lookups = 0;
  for (const [index, key] of keys.entries()) {
    const names = Object.keys(requests[index] ?? {});
    const own: Replies = Object.fromEntries(names.map((name, i) => [name, replies[at + i] ?? null]));
    at += names.length;
    const look = parseLook(key, own, ask);
    looks.push(look);
    if (!look.gone) lookups += names.length - 1;
  }
  for (const look of looks) {
    if (look.stream === null) continue;
    lookups += waitingGroups(look.stream).length;
    look.stream = await askPending(port, look.key.name, look.stream);
  }
  return { looks, lookups };
}

/** What is asked first cannot have been touched by what is asked later. */
function commandsFor({ name, type }: KeyHandle, ask: Ask): Record<string, string[]> {
  const lengthCommand = type === null ? undefined : lengthCommands[type];
  return {
    idle: ["OBJECT", "IDLETIME", name],
    bytes: ["MEMORY", "USAGE", name, "SAMPLES", samples],
    encoding: ["OBJECT", "ENCODING", name],
    ttl: ["PTTL", name],
    ...(ask.touching && lengthCommand !== undefined ? { elements: [lengthCommand, name] } : {}),
    ...(ask.touching && ask.values && type === "string"
      ? { length: ["STRLEN", name], value: ["GETRANGE", name, "0", String(readBytes - 1)] }
      : {}),
    ...(ask.touching && type === "stream"
      ? { stream: ["XINFO", "STREAM", name], groups: ["XINFO", "GROUPS", name] }
      : {}),
  };
}

function parseLook(key: KeyHandle, replies: Replies, ask: Ask): CloserLook {
  const { idle, bytes, encoding, ttl, elements, length, value, stream, groups } = replies;
  // PTTL says it outright; where it is refused, the others answer nil.
  const gone = ttl === -2 || (typeof ttl !== "number" && (bytes === null || encoding === null));
  const readable = ask.touching && ask.values && !gone && typeof length === "number" && typeof value === "string";
  return {
    key,
    gone,
    bytes: asNumber(bytes),
    elements: gone ? null : asNumber(elements),
    encoding: typeof encoding === "string" ? ownText(encoding) : null,
    ttlMs: gone ? null : asNumber(ttl),
    idleSeconds: asNumber(idle),
    value: readable ? lookAtValue(value, length) : null,
    stream: stream === undefined || gone ? null : parseStream(stream, groups),
  };
}

async function askPending(port: RedisBulkPort, name: string, stream: StreamLook): Promise<StreamLook> {
  const waiting = waitingGroups(stream);
  // The first entry of the list alone: the summary form walks through all consumers.
  const requests = waiting.map((group) => encodeCommand("XPENDING", name, group.name, "-", "+", "1"));
  const replies = await port.pipeline(requests.join(""), requests.length);
  return withOldestPending(stream, new Map(waiting.map((group, i) => [group.name, replies[i] ?? null])));
}

function waitingGroups({ groups }: StreamLook) {
  return groups.filter(({ pending }) => pending > 0).slice(0, maxGroups);
}

function asNumber(reply: BulkReply | undefined): number | null {
  return reply instanceof ReplyError || typeof reply !== "number" ? null : reply;
}
