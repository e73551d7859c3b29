import { CachectlError } from "../../model/errors.js";
import { bytesOfText, keyText } from "../../model/key-name.js";
import type { Fleet, FleetNode, MemcachedLinesPort } from "../../model/node-port.js";
import type { RejectedRow, ResumePoint, SourcePage, SourceRow, WarmSource } from "../../model/warm-source.js";
import { metaGet, MetaGetReader } from "../../protocol/meta-get.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { interrupted } from "../source-errors.js";
import type { MemcachedSpec } from "./cache-kinds.js";
import { listItems, type ListedItems } from "./memcached-names.js";
import { storedValue } from "./stored-bytes.js";

/**
 * The items of every server of a Memcached profile, one server after the other: their names by `lru_crawler metadump`, then their
 * values by `mg`, which counts as a use of each. The names of one server are in memory at once.
 *
 * @throws CachectlError unreached where a server cannot be reached
 */
export async function openMemcachedSource(spec: MemcachedSpec, deps: RemoteSourceDeps): Promise<WarmSource> {
  return new MemcachedSource(spec, await deps.openFleet(spec.from), deps);
}

const chunkBytes = 4_194_304;
const chunkItems = 500;

class MemcachedSource implements WarmSource {
  constructor(
    private readonly spec: MemcachedSpec,
    private readonly fleet: Fleet,
    private readonly deps: RemoteSourceDeps,
  ) {}

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const abort = () => this.fleet.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) throw interrupted(this.spec.from);
      const done = serversDone(from);
      for (const node of this.fleet.nodes) {
        const { address } = node.identity;
        if (done.includes(address)) continue;
        yield* this.serverPages(node, done);
        done.push(address);
        yield { rows: [], rejected: [], placeOf: () => address, resumeAt: [...done] };
      }
    } catch (error) {
      throw signal.aborted ? interrupted(this.spec.from) : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  totalRows(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    this.fleet.close();
    return Promise.resolve();
  }

  /** A dump has no place to go on from: until its last item is written, a run begins this server anew. */
  private async *serverPages(node: FleetNode, done: readonly string[]): AsyncGenerator<SourcePage> {
    const { pattern, maxItems } = this.spec;
    const match = pattern === "*" ? null : bytesOfText(pattern);
    const items = await listItems(node, match, maxItems, this.deps.clock);
    const port = await node.openMemcachedLines();
    try {
      for (let at = 0; at < items.names.length;) {
        const end = this.chunkEnd(items, at);
        const { rows, places, rejected } = await this.read(port, node.identity.address, items, at, end);
        yield {
          rows,
          rejected,
          placeOf: (index) => places[index] ?? "",
          resumeAt: done.length === 0 ? null : [...done],
        };
        at = end;
      }
    } finally {
      port.close();
    }
  }

  private chunkEnd({ bytes }: ListedItems, from: number): number {
    let end = from;
    for (let sum = 0; end < bytes.length && end - from < chunkItems; end++) {
      const size = bytes[end] ?? 0;
      if (size > this.spec.maxValueBytes) continue;
      if (sum > 0 && sum + size > chunkBytes) break;
      sum += size;
    }
    return end;
  }

  private async read(port: MemcachedLinesPort, address: string, items: ListedItems, from: number, end: number) {
    const rejected: RejectedRow[] = [];
    const names: string[] = [];
    for (let i = from; i < end; i++) {
      const name = items.names[i] ?? "";
      const why = this.whyNot(name, items.bytes[i] ?? 0);
      if (why === null) names.push(name);
      else rejected.push({ place: placeOf(address, name), reason: why, text: keyText(name) });
    }
    const rows: SourceRow[] = [];
    const places: string[] = [];
    const found = names.length === 0 ? [] : await getAll(port, names, this.spec.maxValueBytes);
    found.forEach((item, index) => {
      // Gone, or evicted, since it was listed.
      if (item === null) return;
      const name = names[index] ?? "";
      const ttlMs = item.ttlSeconds < 0 ? null : 1_000 * item.ttlSeconds;
      const value = storedValue(Buffer.from(item.value).toString("latin1"));
      rows.push({ key: storedValue(name), value, flags: item.flags, ttlMs });
      places.push(placeOf(address, name));
    });
    return { rows, places, rejected };
  }

  private whyNot(name: string, size: number): string | null {
    if (size > this.spec.maxValueBytes)
      return `takes ${size} bytes, more than maxValueBytes (${this.spec.maxValueBytes})`;
    // Only the binary protocol stores such names, and the text protocol cannot ask for them.
    const isAskable = Array.from(name).every((byte) => byte > " " && byte !== "\x7f");
    return isAskable ? null : "its name has a space or a control character";
  }
}

async function getAll(port: MemcachedLinesPort, names: readonly string[], maxValueBytes: number) {
  const reader = new MetaGetReader(names.length);
  await port.readLines(names.map(metaGet).join("\r\n"), (piece) => reader.push(piece), maxValueBytes + 1_024);
  return reader.items;
}

function placeOf(address: string, name: string): string {
  return `${address} key ${keyText(name)}`;
}

function serversDone(from: ResumePoint): string[] {
  if (from === null) return [];
  if (Array.isArray(from) && from.every((address) => typeof address === "string")) return [...from];
  const hint = "Was source.from changed since? Start anew without --resume.";
  throw new CachectlError("usage", "resume-point", "the checkpoint does not belong to this source", hint);
}
