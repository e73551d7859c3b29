import type { WarmItem, WarmValue } from "../../model/warm-manifest.js";
import { encodeArgument, encodeCommand } from "../../protocol/resp.js";

/** An item's own commands as RESP, one character a byte, and how many replies they get. */
export interface EncodedItem {
  text: string;
  replies: number;
}

export type WriteMode = "overwrite" | "only-missing";

const setHead = "*3\r\n$3\r\nSET\r\n";
const setPxHead = "*5\r\n$3\r\nSET\r\n";
const px = "$2\r\nPX\r\n";
const nx = "$2\r\nNX\r\n";

/**
 * What writes one item whole: a SET, a RESTORE, or a transaction that replaces the key. Each can be sent again without harm, and
 * a run that is killed leaves the old value or the new one, never a part of it or one without its TTL.
 */
export function encodeItem(item: WarmItem, mode: WriteMode): EncodedItem {
  const { key, value, ttlMs } = item;
  if (value.type === "string") return { text: encodeSet(key, value.data, ttlMs, mode), replies: 1 };
  if (value.type === "restore") {
    const replace = mode === "overwrite" ? ["REPLACE"] : [];
    return { text: encodeCommand("RESTORE", key, String(ttlMs ?? 0), value.data, ...replace), replies: 1 };
  }
  const { command, parts } = fillOf(value);
  // Not spread into a call: a collection may have more parts than a call takes arguments.
  const fill = `*${parts.length + 2}\r\n${[command, key, ...parts].map(encodeArgument).join("")}`;
  const expire = ttlMs === null ? "" : encodeCommand("PEXPIRE", key, String(ttlMs));
  const commands = encodeCommand("DEL", key) + fill + expire;
  return { text: multi + commands + exec, replies: ttlMs === null ? 4 : 5 };
}

export type Collection = Exclude<WarmValue, { type: "string" | "restore" }>;

/** The command that adds to a collection, the one that counts its elements, and the arguments behind the key. */
export function fillOf(value: Collection): { command: string; count: string; parts: readonly string[] } {
  const [command, count] = commandsOf[value.type];
  return { command, count, parts: "pairs" in value ? value.pairs : value.members };
}

const commandsOf = {
  hash: ["HSET", "HLEN"],
  set: ["SADD", "SCARD"],
  list: ["RPUSH", "LLEN"],
  zset: ["ZADD", "ZCARD"],
} as const;

const multi = encodeCommand("MULTI");
const exec = encodeCommand("EXEC");

/** By hand, since this is what a warm-up consists of. */
function encodeSet(key: string, data: string, ttlMs: number | null, mode: WriteMode): string {
  const onlyMissing = mode === "only-missing";
  const pair = `${argument(key)}${argument(data)}`;
  if (ttlMs === null) return onlyMissing ? `*4\r\n$3\r\nSET\r\n${pair}${nx}` : setHead + pair;
  const expiry = px + argument(String(ttlMs));
  return onlyMissing ? `*6\r\n$3\r\nSET\r\n${pair}${expiry}${nx}` : setPxHead + pair + expiry;
}

const heads = Array.from({ length: 1_024 }, (_, length) => `$${length}\r\n`);

function argument(text: string): string {
  const head = heads[text.length];
  return head === undefined ? encodeArgument(text) : head + text + "\r\n";
}
