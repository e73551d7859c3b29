import { setTimeout as delay } from "node:timers/promises";
import type { Address, DemoDeps, DemoMemcached, DemoRedis } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import { slowScript } from "./cluster-problems.js";
import { memcachedSet } from "./seed.js";
import type { FleetAddresses } from "./fleet-addresses.js";

/** What the traffic did: requests sent, and refusals by their first word (`OOM`, as the full primary answers). */
export interface TrafficSummary {
  requests: number;
  refusals: Record<string, number>;
}

const tickMs = 50;
const maxDurationMs = 600_000;

type Round = (tick: number) => Promise<unknown>[];

/** Reads and writes like an application's, some hundred a second, so that rates exist while the fleet is being looked at. */
export class Traffic {
  readonly summary: TrafficSummary = { requests: 0, refusals: {} };
  readonly #stopping = new AbortController();
  readonly #connections: { close(): void }[] = [];
  readonly #deps: DemoDeps;
  #finished: Promise<void> = Promise.resolve();

  private constructor(deps: DemoDeps) {
    this.#deps = deps;
  }

  /** Resolves when the first round has been answered. Ends by itself after ten minutes, or with the abort signal. */
  static async start(addresses: FleetAddresses, deps: DemoDeps): Promise<Traffic> {
    const traffic = new Traffic(deps);
    try {
      const rounds = await traffic.#rounds(addresses);
      const round: Round = (tick) => rounds.flatMap((one) => one(tick));
      await traffic.#run(round(0));
      traffic.#finished = traffic.#keepGoing(round);
      return traffic;
    } catch (error) {
      await traffic.stop();
      throw error;
    }
  }

  /** Ends the traffic and its connections. Idempotent. */
  async stop(): Promise<TrafficSummary> {
    this.#stopping.abort();
    await this.#finished;
    for (const connection of this.#connections.splice(0)) connection.close();
    return this.summary;
  }

  async #rounds({ cluster, sentinel, memcached }: FleetAddresses): Promise<Round[]> {
    const [full, second, third] = await Promise.all(cluster.primaries.map((address) => this.#redis(address)));
    if (full === undefined || second === undefined || third === undefined)
      throw new DemoError("no-primary", "The demo's cluster has fewer than three primaries.", "Please report this.");
    return [
      writeReports(full, await sessionsOn(full)),
      readSessions(second, await sessionsOn(second)),
      blockNowAndThen(third),
      lookUpProducts(await this.#redis(sentinel.primary)),
      fillSmall(await this.#memcached(memcached.small)),
      lookUpPages(await this.#memcached(memcached.roomy)),
    ];
  }

  async #redis(address: Address): Promise<DemoRedis> {
    const connection = await this.#deps.openRedis(address);
    this.#connections.push(connection);
    return connection;
  }

  async #memcached(address: Address): Promise<DemoMemcached> {
    const connection = await this.#deps.openMemcached(address);
    this.#connections.push(connection);
    return connection;
  }

  async #keepGoing(round: Round): Promise<void> {
    const deadline = performance.now() + maxDurationMs;
    for (let tick = 1; performance.now() < deadline; tick++) {
      if (this.#deps.signal.aborted || this.#stopping.signal.aborted) return;
      await this.#run(round(tick));
      // Not a fixed load: on a slow machine the next round waits for this one's answers.
      await delay(tickMs);
    }
  }

  async #run(requests: Promise<unknown>[]): Promise<void> {
    this.summary.requests += requests.length;
    for (const result of await Promise.allSettled(requests)) {
      if (result.status === "fulfilled") continue;
      const code = refusalCode(result.reason);
      this.summary.refusals[code] = (this.summary.refusals[code] ?? 0) + 1;
    }
  }
}

/** `OOM`, `MOVED` … of a refused command; the class of any other error. */
function refusalCode(error: unknown): string {
  if (error instanceof Error && "replyCode" in error) return String(error.replyCode);
  return error instanceof Error ? error.name : "unknown";
}

/** Sessions whose slots this primary owns: any other key would be answered with MOVED. */
async function sessionsOn(redis: DemoRedis): Promise<string[]> {
  const reply = await redis.call("SCAN", "0", "MATCH", "session:*", "COUNT", "2000");
  const keys = Array.isArray(reply) && Array.isArray(reply[1]) ? reply[1].map(String) : [];
  if (keys.length > 0) return keys;
  throw new DemoError("no-sessions", "A primary of the demo's cluster holds no sessions.", "Please report this.");
}

/** Writes to the primary that is full, 160 KB a second: soon they are refused with OOM. */
function writeReports(redis: DemoRedis, [tag = ""]: string[]): Round {
  return (tick) =>
    [0, 1, 2, 3].map((i) => redis.call("SET", `report:{${tag}}:${tick}-${i}`, "x".repeat(2_000), "EX", "60"));
}

function readSessions(redis: DemoRedis, sessions: string[]): Round {
  return (tick) =>
    Array.from({ length: 10 }, (_, i) => redis.call("HGETALL", sessions[(tick * 10 + i) % sessions.length] ?? ""));
}

/** What the third primary suffers from, twice a second. */
function blockNowAndThen(redis: DemoRedis): Round {
  return (tick) => (tick % 10 === 0 ? [redis.call("KEYS", "*"), redis.call("EVAL", slowScript, "0")] : []);
}

/** Two of three lookups miss: the importer has not caught up with the catalog. */
function lookUpProducts(redis: DemoRedis): Round {
  return (tick) => Array.from({ length: 15 }, (_, i) => redis.call("GET", `product:${(tick * 15 + i * 601) % 9_000}`));
}

/** A megabyte a second into two megabytes, and lookups of what has been thrown out long ago. */
function fillSmall(memcached: DemoMemcached): Round {
  return (tick) =>
    Array.from({ length: 15 }, (_, i) => tick * 15 + i).flatMap((n) => [
      memcached.send(memcachedSet(`render:${n}`, 4_000)),
      memcached.send(`get render:${(n * 7_919) % 40_000}`),
    ]);
}

function lookUpPages(memcached: DemoMemcached): Round {
  return (tick) => Array.from({ length: 10 }, (_, i) => memcached.send(`get page:${(tick * 10 + i) % 1_000}`));
}
