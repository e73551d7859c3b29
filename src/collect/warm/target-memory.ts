import type { FleetNode } from "../../model/node-port.js";
import { parseInfo } from "../../protocol/info.js";
import { SideLine } from "../keyspace/side-line.js";

/** What tells whether a cache has room left, and how well it serves. Counters are since the server's start. */
export interface CacheState {
  address: string;
  usedBytes: number;
  /** 0: the server has no limit. */
  maxBytes: number;
  evictions: number;
  hits: number;
  misses: number;
}

/** Looks at servers beside a warm-up, each on a connection that the writing does not hold up. Read-only: INFO or `stats`. */
export class CacheWatch {
  readonly #lines = new Map<FleetNode, SideLine>();

  /** Null for a node that does not answer, or may not be asked. */
  async look(nodes: readonly FleetNode[]): Promise<(CacheState | null)[]> {
    return Promise.all(nodes.map((node) => this.lookAt(node).catch(() => null)));
  }

  /** One round trip. Rejects when there is no connection. */
  async ping(node: FleetNode): Promise<void> {
    await this.lineTo(node).call("PING");
  }

  close(): void {
    for (const line of this.#lines.values()) line.close();
  }

  private async lookAt(node: FleetNode): Promise<CacheState> {
    const { address } = node.identity;
    if (node.identity.family === "memcached") {
      const stats = await (await node.openMemcached()).stats();
      return state(address, stats, ["bytes", "limit_maxbytes", "evictions", "get_hits", "get_misses"]);
    }
    // Two questions: before 7.0 INFO takes one section at a time.
    const line = this.lineTo(node);
    const [memory, stats] = [await line.call("INFO", "memory"), await line.call("INFO", "stats")];
    const fields = { ...parseInfo(String(memory))["memory"], ...parseInfo(String(stats))["stats"] };
    return state(address, fields, ["used_memory", "maxmemory", "evicted_keys", "keyspace_hits", "keyspace_misses"]);
  }

  private lineTo(node: FleetNode): SideLine {
    let line = this.#lines.get(node);
    if (line === undefined) {
      line = new SideLine(node);
      this.#lines.set(node, line);
    }
    return line;
  }
}

function state(
  address: string,
  fields: Record<string, string>,
  names: [used: string, max: string, evictions: string, hits: string, misses: string],
): CacheState {
  const [usedBytes, maxBytes, evictions, hits, misses] = names.map((name) => {
    const value = fields[name];
    if (value === undefined) throw new TypeError(`${address} reports no ${name}`);
    return Number(value);
  }) as [number, number, number, number, number];
  return { address, usedBytes, maxBytes, evictions, hits, misses };
}
