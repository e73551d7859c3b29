import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { storedValue } from "./stored-bytes.js";

/** A value as its type has it: text or bytes · fields by name · members · `[member, score]`. */
export interface TypedValue {
  type: "string" | "hash" | "list" | "set" | "zset";
  value: unknown;
}

type Part = string | Buffer;

// HSCAN and its kin answer with about this many elements, and no command holds the server for longer than that takes.
const pageElements = 1_000;

/** Null: it is gone. A ReplyError for what the server refuses, and for what is no such value. */
export async function readValue(
  port: RedisBulkPort,
  name: string,
  type: string,
): Promise<TypedValue | ReplyError | null> {
  switch (type) {
    case "none":
      return null;
    case "string":
      return stringValue(port, name);
    case "list":
      return listValue(port, name);
    case "hash":
      return scanned(port, "HSCAN", name, (parts) => hashValue(parts));
    case "set":
      return scanned(port, "SSCAN", name, (parts) => ({
        type,
        value: [...distinct(parts, 1).keys()].map(storedValue),
      }));
    case "zset":
      return scanned(port, "ZSCAN", name, (parts) => ({ type, value: scores(parts) }));
    default:
      return new ReplyError(`a ${type} cannot be read as values: use mode: dump`);
  }
}

async function stringValue(port: RedisBulkPort, name: string): Promise<TypedValue | ReplyError | null> {
  const [reply = null] = await port.pipeline(encodeCommand("GET", name), 1);
  if (typeof reply === "string") return { type: "string", value: storedValue(reply) };
  return reply instanceof ReplyError ? reply : null;
}

async function listValue(port: RedisBulkPort, name: string): Promise<TypedValue | ReplyError | null> {
  const value: Part[] = [];
  for (let start = 0; ; start += pageElements) {
    const range = encodeCommand("LRANGE", name, String(start), String(start + pageElements - 1));
    const [reply = null] = await port.pipeline(range, 1);
    if (!Array.isArray(reply)) return reply instanceof ReplyError ? reply : null;
    for (const part of reply) value.push(storedValue(textOf(part)));
    if (reply.length < pageElements) return value.length === 0 ? null : { type: "list", value };
  }
}

/** All pages of one collection. An element that the server gave twice is one. */
async function scanned(
  port: RedisBulkPort,
  command: string,
  name: string,
  make: (parts: readonly string[]) => TypedValue | ReplyError,
): Promise<TypedValue | ReplyError | null> {
  const parts: string[] = [];
  for (let cursor = "0"; ;) {
    const [reply = null] = await port.pipeline(encodeCommand(command, name, cursor, "COUNT", String(pageElements)), 1);
    if (reply instanceof ReplyError) return reply;
    const [next, page] = Array.isArray(reply) ? reply : [];
    if (typeof next !== "string" || !Array.isArray(page))
      return new ReplyError(`an answer to ${command} that is no page`);
    for (const part of page) parts.push(textOf(part));
    // Gone: an empty collection does not exist.
    if (next === "0") return parts.length === 0 ? null : make(parts);
    cursor = next;
  }
}

function hashValue(parts: readonly string[]): TypedValue | ReplyError {
  const fields: [string, Part][] = [];
  for (const [field, value] of distinct(parts, 2)) {
    const name = storedValue(field);
    if (typeof name !== "string") return new ReplyError("a field's name is not UTF-8: use mode: dump");
    fields.push([name, storedValue(value)]);
  }
  return { type: "hash", value: Object.fromEntries(fields) };
}

function scores(parts: readonly string[]): [Part, number][] {
  return [...distinct(parts, 2)].map(([member, score]) => [storedValue(member), scoreOf(score)]);
}

/** First of each `step` → second; the last one that was given counts. */
function distinct(parts: readonly string[], step: 1 | 2): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < parts.length; i += step) found.set(parts[i] ?? "", parts[i + step - 1] ?? "");
  return found;
}

function scoreOf(text: string): number {
  if (text === "inf") return Infinity;
  return text === "-inf" ? -Infinity : Number(text);
}

function textOf(part: BulkReply): string {
  return typeof part === "string" ? part : "";
}
