import type { FleetNode } from "../../../model/node-port.js";
import type { WarmItem } from "../../../model/warm-manifest.js";
import type { WarmServer } from "../../../model/warm-server.js";
import { memcachedValue } from "../../../protocol/memcached-answer.js";
import { MemcachedSideLine } from "../../../protocol/memcached-side-line.js";
import { oneAtATime } from "../../invalidate/memcached/choose-server.js";
import {
  noOutcome,
  type CacheWriter,
  type PageOutcome,
  type ReadBack,
  type SampledItem,
  type WritePolicy,
} from "../cache-writer.js";
import type { Patience } from "../no-answer.js";
import type { LockStore } from "../run-lock.js";
import { memcachedLockStore } from "./memcached-lock.js";
import { PoolServer } from "./pool-server.js";
import { ServerLane } from "./server-lane.js";
import { storeBatch } from "./store-batch.js";

export interface MemcachedWriterOptions {
  servers: readonly FleetNode[];
  /** Index of the server that holds a key: as the application's client library chooses it, or its reads miss. */
  choose(key: string): number;
  policy: WritePolicy;
  patience: Patience;
  /** Unix milliseconds. */
  now: () => number;
}

/** A {@link CacheWriter} that also tells what became of the items server by server, in the order of the pool. */
export interface MemcachedWriter extends CacheWriter {
  /** Asks each server once more, so that one that has been restarted since its last answer is found out. */
  tallies(): Promise<WarmServer[]>;
}

/**
 * Writes to a pool of Memcached servers, pipelined: `set`, `add`, or after a look at what is there (`mg`). Of two items with the same
 * key the later one stays. A server that is away is waited for. Opens nothing before it is used.
 */
export function openMemcachedWriter(options: MemcachedWriterOptions): MemcachedWriter {
  return new Writer(options);
}

/** A connection answers one batch at a time; a second one is filled while the first is answered. */
const lanesPerServer = 2;

interface Member {
  server: PoolServer;
  lanes: ServerLane[];
  side: MemcachedSideLine;
}

class Writer implements MemcachedWriter {
  readonly #members: Member[];

  constructor(private readonly options: MemcachedWriterOptions) {
    this.#members = options.servers.map((node) => {
      const server = new PoolServer(node, () => options.now());
      const lanes = Array.from({ length: lanesPerServer }, () => new ServerLane(server, options.patience));
      return { server, lanes, side: new MemcachedSideLine(async () => (await server.open()).port) };
    });
  }

  async write(items: readonly WarmItem[]): Promise<PageOutcome> {
    const outcome = noOutcome();
    const batches = this.#members.map(({ lanes }) => lanes.map((): number[] => []));
    for (const [index, { key }] of items.entries()) batches[this.placeOf(key)]?.[laneOf(key)]?.push(index);
    await Promise.all(
      this.#members.flatMap(({ server, lanes }, at) =>
        lanes.map(async (lane, which) => {
          const batch = batches[at]?.[which] ?? [];
          if (batch.length === 0) return;
          const part = await lane.inTurn(() => storeBatch(lane, items, batch, this.options));
          add(outcome, part);
          const { counts } = server;
          counts.written += part.written;
          counts.present += part.present;
          counts.refused += part.failed.length;
          counts.unanswered += part.unknown + part.notWritten;
        }),
      ),
    );
    return outcome;
  }

  async readBack(items: readonly SampledItem[]): Promise<(ReadBack | null)[]> {
    return Promise.all(
      items.map(async ({ key, text }) => {
        const answer = await this.sideFor(key)
          .ask(`get ${key}`)
          .catch(() => null);
        if (answer === null || !/^(?:VALUE |END\r\n)/.test(answer)) return null;
        const stored = memcachedValue(answer);
        if (stored === null) return "gone";
        return text === null || stored === text ? "same" : "different";
      }),
    );
  }

  lockStore(key: string): LockStore {
    return memcachedLockStore(this.sideFor(key), key);
  }

  notes(): string[] {
    const repeated = this.#members.flatMap(({ lanes }) => lanes).reduce((sum, lane) => sum + lane.repeated, 0);
    return repeated === 0
      ? []
      : [`${repeated} requests were sent again because a connection was lost before their answers came.`];
  }

  losses(): string[] {
    return [];
  }

  hasLost(): boolean {
    return this.#members.some(({ server }) => server.hasLost);
  }

  async tallies(): Promise<WarmServer[]> {
    return Promise.all(
      this.#members.map(async ({ server, side }) => {
        const ask = () => side.ask("version").then(() => true);
        // A connection that was lost shows with the first question, a new one comes with the second.
        const answers =
          server.hasAnswered &&
          (await ask()
            .catch(ask)
            .catch(() => false));
        return server.tally(server.hasAnswered && !answers);
      }),
    );
  }

  close(): void {
    for (const { lanes, side } of this.#members) {
      for (const lane of lanes) lane.close();
      side.close();
    }
  }

  private sideFor(key: string): MemcachedSideLine {
    return (this.#members[this.placeOf(key)] as Member).side;
  }

  private placeOf(key: string): number {
    const place = this.options.choose(key);
    if (this.#members[place] === undefined) throw new TypeError(`there is no server ${place} in the pool`);
    return place;
  }
}

function add(total: PageOutcome, part: PageOutcome): void {
  total.written += part.written;
  total.present += part.present;
  total.failed.push(...part.failed);
  total.unknown += part.unknown;
  total.notWritten += part.notWritten;
  total.refusal ??= part.refusal;
}

/** The same lane for the same key, by bits that the choice of the server does not use. */
function laneOf(key: string): number {
  return (oneAtATime(key) >>> 16) % lanesPerServer;
}
