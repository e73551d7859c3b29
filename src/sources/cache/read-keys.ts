import { CachectlError } from "../../model/errors.js";
import { keyText } from "../../model/key-name.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import type { RejectedRow, SourceRow } from "../../model/warm-source.js";
import { encodeCommand } from "../../protocol/resp.js";
import { readValue, type TypedValue } from "./read-value.js";
import { storedValue } from "./stored-bytes.js";

export type CacheMode = "dump" | "values";

export interface ReadSettings {
  mode: CacheMode;
  /** Keys that take more memory on the server are rejected. */
  maxValueBytes: number;
}

/** What became of some keys. Those that have gone meanwhile are in none of the lists. */
export interface KeysRead {
  rows: SourceRow[];
  /** Of each row, for people. */
  places: string[];
  rejected: RejectedRow[];
  /** Names whose slot belongs to another node by now. */
  moved: string[];
}

// The page of a SCAN can hold a thousand keys of any size; this much of them is asked for at a time.
const chunkBytes = 4_194_304;

/**
 * Reads keys by name (one character a byte), in chunks of bounded size: with DUMP and PTTL, or by type. Read-only.
 *
 * @throws CachectlError where the server refuses a command as such, or is lost
 */
export async function* readKeys(
  port: RedisBulkPort,
  names: readonly string[],
  settings: ReadSettings,
  node: string,
): AsyncGenerator<KeysRead> {
  const sizes = await memoryOf(port, names);
  let chunk: string[] = [];
  let bytes = 0;
  const rejected: RejectedRow[] = [];
  for (const [index, name] of names.entries()) {
    const size = sizes[index] ?? 0;
    if (size > settings.maxValueBytes) {
      const reason = `takes ${size} bytes, more than maxValueBytes (${settings.maxValueBytes})`;
      rejected.push({ place: placeOf(node, name), reason, text: keyText(name) });
      continue;
    }
    if (chunk.length > 0 && bytes + size > chunkBytes) {
      yield await readChunk(port, chunk, settings.mode, node);
      chunk = [];
      bytes = 0;
    }
    chunk.push(name);
    bytes += size;
  }
  const last = await readChunk(port, chunk, settings.mode, node);
  yield { ...last, rejected: [...rejected, ...last.rejected] };
}

/** Zero for what is gone, and where the login may not ask: then only the number of keys bounds a chunk. */
async function memoryOf(port: RedisBulkPort, names: readonly string[]): Promise<number[]> {
  let request = "";
  for (const name of names) request += encodeCommand("MEMORY", "USAGE", name);
  const replies = await port.pipeline(request, names.length);
  return replies.map((reply) => (typeof reply === "number" ? reply : 0));
}

async function readChunk(
  port: RedisBulkPort,
  names: readonly string[],
  mode: CacheMode,
  node: string,
): Promise<KeysRead> {
  const read: KeysRead = { rows: [], places: [], rejected: [], moved: [] };
  const found = mode === "dump" ? await dumps(port, names) : await values(port, names);
  names.forEach((name, index) => {
    const { value, ttl } = found[index] ?? { value: null, ttl: -2 };
    const refusal = value instanceof ReplyError ? value : ttl instanceof ReplyError ? ttl : null;
    if (refusal !== null) return refused(read, name, refusal.text, node);
    // Gone, or expired since SCAN gave its name.
    if (value === null || value instanceof ReplyError || ttl === -2) return;
    read.rows.push({ key: storedValue(name), ttlMs: typeof ttl === "number" && ttl >= 0 ? ttl : null, ...value });
    read.places.push(placeOf(node, name));
  });
  return read;
}

interface FoundKey {
  value: { dump: Buffer } | TypedValue | ReplyError | null;
  /** -1: none; -2: the key is gone. */
  ttl: BulkReply;
}

/** TTL and value in one go: what expires in between must not come back to life for ever. */
async function dumps(port: RedisBulkPort, names: readonly string[]): Promise<FoundKey[]> {
  let request = "";
  for (const name of names) request += encodeCommand("PTTL", name) + encodeCommand("DUMP", name);
  const replies = await port.pipeline(request, 2 * names.length);
  return names.map((_, index) => {
    const dump = replies[2 * index + 1] ?? null;
    const ttl = replies[2 * index] ?? null;
    if (typeof dump === "string") return { value: { dump: Buffer.from(dump, "latin1") }, ttl };
    return { value: dump instanceof ReplyError ? dump : null, ttl };
  });
}

async function values(port: RedisBulkPort, names: readonly string[]): Promise<FoundKey[]> {
  let request = "";
  for (const name of names) request += encodeCommand("PTTL", name) + encodeCommand("TYPE", name);
  const replies = await port.pipeline(request, 2 * names.length);
  return Promise.all(
    names.map(async (name, index) => {
      const ttl = replies[2 * index] ?? null;
      const type = replies[2 * index + 1] ?? null;
      if (type instanceof ReplyError) return { value: type, ttl };
      return { value: typeof type === "string" ? await readValue(port, name, type) : null, ttl };
    }),
  );
}

function refused(read: KeysRead, name: string, text: string, node: string): void {
  if (/^(MOVED|ASK|TRYAGAIN) /.test(text)) {
    read.moved.push(name);
    return;
  }
  // What a login may not do it may not do with the next million keys either.
  if (/^(NOPERM.*(command|subcommand)|NOAUTH|LOADING|MASTERDOWN|ERR unknown command)/i.test(text))
    throw new CachectlError(
      "unreached",
      "source-refused",
      `${node} refuses to let its keys be read: ${text}`,
      "Give the source a login that may call SCAN, PTTL, TYPE, DUMP and the reading commands of its types.",
    );
  read.rejected.push({ place: placeOf(node, name), reason: text, text: keyText(name) });
}

function placeOf(node: string, name: string): string {
  return `${node} key ${keyText(name)}`;
}
