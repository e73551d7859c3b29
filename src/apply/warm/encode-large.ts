import { hashSlot } from "../../model/hash-slot.js";
import type { WarmItem } from "../../model/warm-manifest.js";
import { evalText, ttlText } from "./encode-guarded.js";
import { fillOf, type Collection, type EncodedItem } from "./encode-item.js";

/** A command with so many arguments takes a server about a millisecond; Lua's `unpack` ends at 8,000. Even: pairs stay together. */
const mostParts = 2_000;
const mostBytes = 1_000_000;

/** A run that is killed leaves what it has built up for so long. Milliseconds. */
const temporaryMs = 600_000;

/** The collection of an item that one command should not write: it would hold up everybody else. */
export function largeCollection({ value }: WarmItem): Collection | null {
  if (value.type === "string" || value.type === "restore") return null;
  const { parts } = fillOf(value);
  if (parts.length > mostParts) return value;
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  return bytes > mostBytes && parts.length > 2 ? value : null;
}

/**
 * Builds a collection up under another name of the same slot, a piece at a time, and gives it its own name in one last step, which
 * may find that the key is to be left alone. Each piece says how many elements are there before it, so that all of it can be sent
 * again, also while a connection that was lost still has some of it under way.
 *
 * @param markMs as for `encodeGuarded`; null: write in any case
 * @param temporary the other name; nobody else may use it
 */
export function encodeLarge(
  { key, ttlMs }: WarmItem,
  collection: Collection,
  markMs: number | null,
  temporary: string,
): EncodedItem {
  const { command, count, parts } = fillOf(collection);
  const seen = new Set<string>();
  let text = "";
  let replies = 1;
  let before = 0;
  for (const piece of piecesOf(parts, collection)) {
    const after = collection.type === "list" ? before + piece.length : seenWith(seen, piece, collection.type);
    const words = [String(before), String(after), count, command, String(temporaryMs), ...piece];
    text += evalText(appendPiece, [temporary], words);
    before = after;
    replies++;
  }
  const words = [markMs === null ? "" : String(markMs), ttlText(ttlMs), count, String(before)];
  return { text: text + evalText(giveName, [key, temporary], words), replies };
}

/** Another name in the slot of `key` that begins like it, so that a login which may write one may write the other. */
export function temporaryName(key: string, token: string): string {
  const slot = hashSlot(key);
  const plain = `${key}:cachectl-warm-${token}`;
  for (const name of [plain, `${plain}:{${key}}`]) if (hashSlot(name) === slot) return name;
  // Braces that are no hash tag, which hardly any key has: one in 16,384 names lies there.
  let number = 0;
  while (hashSlot(`${plain}:${number}`) !== slot) number++;
  return `${plain}:${number}`;
}

// TRYAGAIN, as servers say it: all of the request is sent again.
const lost = "redis.error_reply('TRYAGAIN a collection that was being built up is gone or was changed')";

const appendPiece = `local have = redis.call(ARGV[3], KEYS[1])
if have ~= tonumber(ARGV[1]) then
if have >= tonumber(ARGV[2]) then return have end
return ${lost}
end
redis.call(ARGV[4], KEYS[1], unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return have`;

// RENAME to itself: a login that may not rename ends there, and the old value stays. UNLINK: RENAME would free it while others wait.
const giveName = `if redis.call(ARGV[3], KEYS[2]) ~= tonumber(ARGV[4]) then return ${lost} end
local left = redis.call('PTTL', KEYS[1])
if ARGV[1] ~= '' and (left == -1 or left >= tonumber(ARGV[1])) then
redis.call('UNLINK', KEYS[2])
return 0
end
redis.call('RENAME', KEYS[2], KEYS[2])
redis.call('UNLINK', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[1])
if ARGV[2] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`;

function* piecesOf(parts: readonly string[], { type }: Collection): Generator<readonly string[]> {
  const step = type === "hash" || type === "zset" ? 2 : 1;
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < parts.length; at += step) {
    const size = (parts[at]?.length ?? 0) + (step === 2 ? (parts[at + 1]?.length ?? 0) : 0);
    if (at > from && (at - from >= mostParts || bytes + size > mostBytes)) {
      yield parts.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  yield parts.slice(from);
}

/** How many different elements there are with this piece. */
function seenWith(seen: Set<string>, piece: readonly string[], type: Collection["type"]): number {
  // A hash has its fields first, a sorted set its scores.
  const first = type === "zset" ? 1 : 0;
  const step = type === "set" ? 1 : 2;
  for (let at = first; at < piece.length; at += step) seen.add(piece[at] ?? "");
  return seen.size;
}
