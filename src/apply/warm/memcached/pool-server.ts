import type { FleetNode, MemcachedLinesPort } from "../../../model/node-port.js";

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

/** What became of the items that belong to one server. */
export interface ServerTally {
  address: string;
  written: number;
  present: number;
  refused: number;
  /** Some of them may have been written. */
  unanswered: number;
  /** Of those written, the ones that went with an earlier life of the server. */
  lost: number;
  /** Whether it was restarted after it had answered this run. */
  restarted: boolean;
  /** Whether it has answered this run and does not any more: it may have lost what was written. */
  away: boolean;
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

  tally(away: boolean): ServerTally {
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
      const stats = await statsOf(port, "stats");
      const settings = await statsOf(port, "stats settings");
      const itemSizeMax = Number(settings.get("item_size_max"));
      const clockAheadMs = Number(stats.get("time")) * 1_000 - this.now();
      return {
        ...{ port, life: this.lifeOf(stats) },
        itemSizeMax: itemSizeMax > 0 ? itemSizeMax : null,
        hasVersions: settings.get("cas_enabled") !== "no",
        clockAheadMs: Number.isFinite(clockAheadMs) ? clockAheadMs : 0,
      };
    } catch (error) {
      port.close();
      throw error;
    }
  }

  private lifeOf(stats: ReadonlyMap<string, string>): ServerLife {
    // In a container every process is number 1. Both times are of the same second, so their difference does not change.
    const id = `${stats.get("pid") ?? ""} ${Number(stats.get("time")) - Number(stats.get("uptime"))}`;
    const current = this.#lives.at(-1);
    if (current?.id === id) return current;
    const life = { id, answered: 0, stored: 0 };
    this.#lives.push(life);
    return life;
  }
}

/** Name → value; empty where a proxy in between does not know the command. */
async function statsOf(port: MemcachedLinesPort, command: string): Promise<ReadonlyMap<string, string>> {
  let text = "";
  await port.readLines(command, (lines) => {
    text += Buffer.from(lines).toString("latin1");
    return !/(?:^|\r\n)(?:END|RESET|(?:CLIENT_|SERVER_)?ERROR[^\r]*)\r\n$/.test(text);
  });
  return new Map([...text.matchAll(/^STAT (\S+) (.*)\r$/gm)].map(([, name = "", value = ""]) => [name, value]));
}
