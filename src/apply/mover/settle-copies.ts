import { createHash } from "node:crypto";
import { keyText } from "../../model/key-name.js";
import type { BulkReply } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { errorText, type Command, type MemberLink } from "./member-link.js";
import { migrateCommand } from "./migrate-command.js";
import type { PairRun } from "./move-run.js";
import { isOwnCopy, type Era } from "./own-copies.js";

/**
 * For keys that the source still has after a refused or broken MIGRATE: those that the target has as well are compared. Equal ones
 * are moved with REPLACE, which loses nothing, and so are those whose copy is known to be our own and older (`isOwnCopy`). Resolves with the sentence that shows both where they differ; null: no such key is left.
 */
export async function settleCopies(
  pair: PairRun,
  lane: string,
  slot: number,
  names: readonly string[],
  era: Era | null,
): Promise<string | null> {
  for (const name of await namesOnTarget(pair.to, lane, names)) {
    const [source, target] = await Promise.all([readValue(pair.from, lane, name), readValue(pair.to, lane, name)]);
    if (source === null || target === null) continue;
    const isSame = sameValue(source, target, pair.run.nodeTimeoutMs);
    if (!isSame && !(await isOwnCopy(pair, lane, era, slot))) return conflict(pair, name, source, target);
    const reply = await pair.from.ask(lane, [migrateCommand(pair, { slot, names: [name], bytes: source.bytes }, true)]);
    const refused = errorText(reply[0]);
    if (refused === null)
      pair.run.notes.add(
        isSame
          ? `Key ${keyText(name)} was on ${pair.from.address} and ${pair.to.address} with the same value; one copy is left`
          : `Key ${keyText(name)} was written to after a MIGRATE of it had broken off; the older copy on ${pair.to.address} was replaced`,
      );
    // A broken one is on both sides again: the next listing meets it.
    else if (!refused.startsWith("IOERR"))
      return `Key ${keyText(name)} is on ${pair.from.address} and ${pair.to.address} with the same value, and ${pair.from.address} refuses to move it: ${refused}`;
  }
  return null;
}

const askedAtOnce = 500;

async function namesOnTarget(to: MemberLink, lane: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < names.length; at += askedAtOnce) {
    const some = names.slice(at, at + askedAtOnce);
    const replies = await to.ask(
      lane,
      some.flatMap((name): Command[] => [["ASKING"], ["EXISTS", name]]),
    );
    found.push(...some.filter((_, index) => replies[index * 2 + 1] !== 0));
  }
  return found;
}

interface KeyValue {
  type: string;
  /** Same for equal values, whatever order a server keeps them in. */
  digest: string;
  bytes: number;
  /** As PTTL: -1 without. */
  ttlMs: number;
}

/** Null when the key has gone. */
async function readValue(link: MemberLink, lane: string, name: string): Promise<KeyValue | null> {
  // On the importing side every question needs ASKING; on the owner it means nothing.
  const ask = async (...command: [string, ...string[]]): Promise<BulkReply> =>
    (await link.ask(lane, [["ASKING"], command]))[1] ?? null;
  const type = await ask("TYPE", name);
  if (typeof type !== "string" || type === "none") return null;
  const value = await contentOf(ask, type, name);
  const ttl = await ask("PTTL", name);
  if (value === null || ttl === -2) return null;
  const digest = createHash("sha256").update(value, "latin1").digest("hex");
  return { type, digest, bytes: value.length, ttlMs: typeof ttl === "number" ? ttl : -1 };
}

type Ask = (...command: [string, ...string[]]) => Promise<BulkReply>;

/**
 * DUMP writes hashes and sets in the order of a table that each process shuffles its own way, and differs between versions; so
 * what has no order is read and sorted, and DUMP is for the rest (streams, module types).
 */
async function contentOf(ask: Ask, type: string, name: string): Promise<string | null> {
  if (type === "string") return textOf(await ask("GET", name));
  if (type === "list") return sequence(await ask("LRANGE", name, "0", "-1"));
  if (type === "zset") return sequence(await ask("ZRANGE", name, "0", "-1", "WITHSCORES"));
  if (type === "set") return sequence(sorted(await ask("SMEMBERS", name), 1));
  if (type === "hash") return hashContent(ask, name);
  return textOf(await ask("DUMP", name));
}

async function hashContent(ask: Ask, name: string): Promise<string | null> {
  const pairs = sorted(await ask("HGETALL", name), 2);
  if (pairs === null || pairs.length === 0) return null;
  const fields = pairs.filter((_, index) => index % 2 === 0);
  // Servers without times for fields (before Redis 7.4 and Valkey 9) refuse the question the same way on both sides.
  const times = await ask("HPEXPIRETIME", name, "FIELDS", String(fields.length), ...fields);
  const content = sequence(pairs);
  return content === null ? null : content + (Array.isArray(times) ? times.map(String).join(" ") : "");
}

function textOf(reply: BulkReply): string | null {
  return typeof reply === "string" ? reply : null;
}

function sequence(reply: BulkReply): string | null {
  if (!Array.isArray(reply) || reply.length === 0) return null;
  return encodeCommand(...reply.map((item) => (typeof item === "string" ? item : JSON.stringify(item))));
}

/** Groups of `width` texts, by the first of each. */
function sorted(reply: BulkReply, width: 1 | 2): string[] | null {
  if (!Array.isArray(reply)) return null;
  const texts = reply.filter((item) => typeof item === "string");
  const groups = Array.from({ length: texts.length / width }, (_, i) => texts.slice(i * width, (i + 1) * width));
  return groups.sort(([a = ""], [b = ""]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
}

/** MIGRATE hands on the time that is left, so a copy that was made late ends later by up to the time that it was waited for. */
function sameValue(a: KeyValue, b: KeyValue, toleranceMs: number): boolean {
  const sameTtl = a.ttlMs === -1 || b.ttlMs === -1 ? a.ttlMs === b.ttlMs : Math.abs(a.ttlMs - b.ttlMs) <= toleranceMs;
  return a.type === b.type && a.digest === b.digest && sameTtl;
}

function conflict({ from, to }: PairRun, name: string, source: KeyValue, target: KeyValue): string {
  const shown = ({ type, bytes, ttlMs, digest }: KeyValue) =>
    `a ${type} of ${bytes} bytes, ${ttlMs === -1 ? "no TTL" : `TTL ${Math.round(ttlMs / 1000)} s`}, SHA-256 ${digest.slice(0, 12)}`;
  return (
    `Key ${keyText(name)} is on both nodes with different values: ${from.address} has ${shown(source)}; ` +
    `${to.address} has ${shown(target)}. Decide which one is right, rename or delete the other on its node, then run cachectl cluster fix`
  );
}
