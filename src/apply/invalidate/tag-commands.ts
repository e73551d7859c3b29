import type { TagSet } from "../../model/invalidation.js";
import type { BulkReply } from "../../model/node-port.js";
import type { Words } from "./key-router.js";

interface TagCommands {
  scan: (cursor: string, count: number) => Words;
  /** The members of a page. */
  members: (list: readonly BulkReply[]) => string[];
  remove: (members: readonly string[]) => Words;
  add: (members: readonly string[], scores: readonly string[]) => Words;
  has: (member: string) => Words;
  /** Whether `has` found it. */
  isIn: (reply: BulkReply) => boolean;
  size: Words;
}

/** The commands of a tag's kind of set. */
export function tagCommands({ kind, name }: TagSet): TagCommands {
  if (kind === "set")
    return {
      scan: (cursor, count) => ["SSCAN", name, cursor, "COUNT", String(count)],
      members: (list) => list.filter((member) => typeof member === "string"),
      remove: (members) => ["SREM", name, ...members],
      add: (members) => ["SADD", name, ...members],
      has: (member) => ["SISMEMBER", name, member],
      isIn: (reply) => reply === 1,
      size: ["SCARD", name],
    };
  return {
    scan: (cursor, count) => ["ZSCAN", name, cursor, "COUNT", String(count)],
    // Each is followed by its score.
    members: (list) => list.filter((member, index) => index % 2 === 0 && typeof member === "string") as string[],
    remove: (members) => ["ZREM", name, ...members],
    add: (members, scores) => [
      "ZADD",
      name,
      "NX",
      ...members.flatMap((member, index) => [scores[index] ?? "-1", member]),
    ],
    has: (member) => ["ZSCORE", name, member],
    isIn: (reply) => typeof reply === "string",
    size: ["ZCARD", name],
  };
}

/** Laravel's: when the key expires, in Unix seconds; -1: never. */
export function scoreOf(pttl: BulkReply, nowMs: number): string {
  return typeof pttl === "number" && pttl >= 0 ? String(Math.ceil((nowMs + pttl) / 1000)) : "-1";
}
