import type { WarmItem } from "../../model/warm-manifest.js";
import { encodeArgument } from "../../protocol/resp.js";
import { fillOf, type EncodedItem } from "./encode-item.js";

/**
 * Writes an item only where its key is missing, or has less than `markMs` left to live (0: missing only), as one script: what an
 * application writes between a look and a write would be lost. Answers 1 where it was written, 0 where the key was left alone.
 */
export function encodeGuarded(item: WarmItem, markMs: number): EncodedItem {
  const { command, words, ttlMs } = writeOf(item);
  return { text: evalText(guardedFill, [item.key], [String(markMs), ttlText(ttlMs), command, ...words]), replies: 1 };
}

// UNLINK frees memory, after which the server lets a script write on although its memory is full, and a fill that is refused would
// leave nothing: so a SET that changes nothing comes first, and is refused wherever the fill would be.
const guardedFill = `local left = redis.call('PTTL', KEYS[1])
if left ~= -2 then
if left == -1 or left >= tonumber(ARGV[1]) then return 0 end
if ARGV[3] ~= 'SET' and ARGV[3] ~= 'RESTORE' then
redis.call('SET', KEYS[1], '', 'NX')
redis.call('UNLINK', KEYS[1])
end
end
redis.call(ARGV[3], KEYS[1], unpack(ARGV, 4))
if ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`;

function writeOf({ value, ttlMs }: WarmItem): { command: string; words: readonly string[]; ttlMs: number | null } {
  if (value.type === "string") return { command: "SET", words: [value.data], ttlMs };
  // Its own time to live: it sets one by itself.
  if (value.type === "restore")
    return { command: "RESTORE", words: [String(ttlMs ?? 0), value.data, "REPLACE"], ttlMs: null };
  const { command, parts } = fillOf(value);
  return { command, words: parts, ttlMs };
}

export function ttlText(ttlMs: number | null): string {
  return ttlMs === null ? "" : String(ttlMs);
}

export function evalText(script: string, keys: readonly string[], words: readonly string[]): string {
  const all = ["EVAL", script, String(keys.length), ...keys, ...words];
  return `*${all.length}\r\n${all.map(encodeArgument).join("")}`;
}
