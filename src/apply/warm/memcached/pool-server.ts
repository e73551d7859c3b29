import type { FleetNode, MemcachedLinesPort } from "../../../model/node-port.js";
import type { WarmServer } from "../../../model/warm-server.js";
import { parseMemcachedStats } from "../../../protocol/memcached-answer.js";
import { memcachedAnswer } from "../../../protocol/memcached-line.js";

/** A connection to a server, and what is known of the process behind it. */
export interface OpenServer {
  port: MemcachedLinesPort;
  life: ServerLife;
  /** What an item may be at most, with all that the server keeps of it (`-I`); null: the server does not say. Bytes. */
  itemSizeMax: number | null;
  /** Whether items have versions: not with `-C`. */
  hasVersions: boolean;
  /** How far the server's clock is ahead of this one's. Milliseconds. */
  clockAheadMs: number;
}

/** From one start of a server to its end, with which its items go. */
export interface ServerLife {
  /** Process and start: another one is another life. */
  readonly id: string;
  /** Requests that were answered. */
  answered: number;
  /** Items that were acknowledged. */
  stored: number;
}

/** One server of the pool: opens connections to it, and notices when it is another process than before. */
export class PoolServer {
  readonly #lives: ServerLife[] = [];
  readonly counts = { written: 0, present: 0, refused: 0, unanswered: 0 };

  constructor(
    private readonly node: FleetNode,
    private readonly now: () => number,
  ) {}

  get address(): string {
    return this.node.identity.address;
  }

  get hasAnswered(): boolean {
    return this.#lives.some(({ answered }) => answered > 0);
  }

  get hasLost(): boolean {
    return this.earlierLives.some(({ answered }) => answered > 0);
  }

  tally(away: boolean): WarmServer {
    const lost = this.earlierLives.reduce((sum, { stored }) => sum + stored, 0);
    return { address: this.address, ...this.counts, lost, restarted: this.hasLost, away };
  }

  private get earlierLives(): readonly ServerLife[] {
    return this.#lives.slice(0, -1);
  }

  /** A new connection. Read-only: `stats`, `stats settings`. @throws CachectlError when it cannot be made */
  async open(): Promise<OpenServer> {
    const port = await this.node.openMemcachedLines();
    try {
      const stats = parseMemcachedStats(await memcachedAnswer(port, "stats"));
      const settings = parseMemcachedStats(await memcachedAnswer(port, "stats settings"));
      const itemSizeMax = Number(settings["item_size_max"]);
      const clockAheadMs = Number(stats["time"]) * 1_000 - this.now();
      return {
        ...{ port, life: this.lifeOf(stats) },
        itemSizeMax: itemSizeMax > 0 ? itemSizeMax : null,
        hasVersions: settings["cas_enabled"] !== "no",
        clockAheadMs: Number.isFinite(clockAheadMs) ? clockAheadMs : 0,
      };
    } catch (error) {
      port.close();
      throw error;
    }
  }

  private lifeOf(stats: Readonly<Record<string, string>>): ServerLife {
    // In a container every process is number 1. Both times are of the same second, so their difference does not change.
    const id = `${stats["pid"] ?? ""} ${Number(stats["time"]) - Number(stats["uptime"])}`;
    const current = this.#lives.at(-1);
    if (current?.id === id) return current;
    const life = { id, answered: 0, stored: 0 };
    this.#lives.push(life);
    return life;
  }
}
