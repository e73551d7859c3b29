import type { FleetNode } from "../../model/node-port.js";
import { parseInfo } from "../../protocol/info.js";
import { parseMemcachedStats } from "../../protocol/memcached-answer.js";
import { MemcachedSideLine } from "../../protocol/memcached-side-line.js";
import { SideLine } from "../keyspace/side-line.js";
import { SlabRoom } from "./slab-room.js";

/** What tells whether a cache has room left, and how well it serves. Counters are since the server's start. */
export interface CacheState {
  address: string;
  /** For Memcached, all of its limit but what can still be taken without evicting. */
  usedBytes: number;
  /** 0: the server has no limit. */
  maxBytes: number;
  /** The setting that it comes from. */
  limitName: "maxmemory" | "limit_maxbytes";
  evictions: number;
  hits: number;
  misses: number;
}

/** Looks at servers beside a warm-up, each on a connection that the writing does not hold up. Read-only: INFO or `stats`. */
export class CacheWatch {
  readonly #lines = new Map<FleetNode, SideLine>();
  readonly #memcachedLines = new Map<FleetNode, { line: MemcachedSideLine; room: SlabRoom }>();

  /** Null for a node that does not answer, or may not be asked. */
  async look(nodes: readonly FleetNode[]): Promise<(CacheState | null)[]> {
    return Promise.all(nodes.map((node) => this.lookAt(node).catch(() => null)));
  }

  /** One round trip: PING, or `version`. Rejects when there is no connection. */
  async ping(node: FleetNode): Promise<void> {
    if (node.identity.family === "memcached") await this.memcachedLineTo(node).line.ask("version");
    else await this.lineTo(node).call("PING");
  }

  close(): void {
    for (const line of this.#lines.values()) line.close();
    for (const { line } of this.#memcachedLines.values()) line.close();
  }

  private async lookAt(node: FleetNode): Promise<CacheState> {
    const { address } = node.identity;
    if (node.identity.family === "memcached") {
      const { line, room } = this.memcachedLineTo(node);
      const stats = parseMemcachedStats(await line.ask("stats"));
      const slabs = parseMemcachedStats(await line.ask("stats slabs"));
      const fields = ["bytes", "limit_maxbytes", "evictions", "get_hits", "get_misses"] as const;
      const seen = state(address, "limit_maxbytes", stats, [...fields]);
      const freeBytes = room.freeBytes(slabs, seen.maxBytes, Number(stats["slab_global_page_pool"] ?? 0));
      return freeBytes === null ? seen : { ...seen, usedBytes: Math.max(0, seen.maxBytes - freeBytes) };
    }
    // Two questions: before 7.0 INFO takes one section at a time.
    const line = this.lineTo(node);
    const [memory, stats] = [await line.call("INFO", "memory"), await line.call("INFO", "stats")];
    const fields = { ...parseInfo(String(memory))["memory"], ...parseInfo(String(stats))["stats"] };
    return state(address, "maxmemory", fields, [
      "used_memory",
      "maxmemory",
      "evicted_keys",
      "keyspace_hits",
      "keyspace_misses",
    ]);
  }

  private lineTo(node: FleetNode): SideLine {
    let line = this.#lines.get(node);
    if (line === undefined) {
      line = new SideLine(node);
      this.#lines.set(node, line);
    }
    return line;
  }

  private memcachedLineTo(node: FleetNode): { line: MemcachedSideLine; room: SlabRoom } {
    let known = this.#memcachedLines.get(node);
    if (known === undefined) {
      known = { line: new MemcachedSideLine(() => node.openMemcachedLines()), room: new SlabRoom() };
      this.#memcachedLines.set(node, known);
    }
    return known;
  }
}

function state(
  address: string,
  limitName: CacheState["limitName"],
  fields: Record<string, string>,
  names: [used: string, max: string, evictions: string, hits: string, misses: string],
): CacheState {
  const [usedBytes, maxBytes, evictions, hits, misses] = names.map((name) => {
    const value = fields[name];
    if (value === undefined) throw new TypeError(`${address} reports no ${name}`);
    return Number(value);
  }) as [number, number, number, number, number];
  return { address, usedBytes, maxBytes, limitName, evictions, hits, misses };
}
