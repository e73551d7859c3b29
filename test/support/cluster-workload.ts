import { setTimeout as delay } from "node:timers/promises";
import { Cluster } from "ioredis";
import { Ledger, operations, type Operation } from "./cluster-workload-ledger.js";
import { seededRandom } from "./key-page.js";
import type { RedisServer } from "./servers/index.js";

export interface WorkloadOptions {
  /** Lines of work at the same time, each with keys of its own, so that the account is exact. */
  workers?: number;
  keysPerWorker?: number;
  /** Written once at the beginning and only read from then on. */
  stillKeys?: number;
  /** Of each worker between two operations: leaves the machine to what is being tested. */
  pauseMs?: number;
  /** Ends by itself after so many operations of each worker, should nobody stop it. */
  maxOperations?: number;
  /** Also a part of each key's name: workloads on one cluster need different ones. */
  seed?: number;
}

/** Sets, reads, counters, list pushes and deletions through a real cluster client, with an account of each key. */
export class ClusterWorkload {
  readonly ledger = new Ledger();
  /** Refused after all that a cluster client does about redirections: not carried out, so no loss, but an outage. */
  readonly refused: string[] = [];
  readonly #client: Cluster;
  readonly #options: Required<WorkloadOptions>;
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(client: Cluster, options: WorkloadOptions) {
    this.#client = client;
    this.#options = {
      ...{ workers: 8, keysPerWorker: 60, stillKeys: 0, pauseMs: 1, maxOperations: 200_000, seed: 1 },
      ...options,
    };
  }

  /** Resolves when the still keys are written and the workers run. */
  static async start(servers: RedisServer[], options: WorkloadOptions = {}): Promise<ClusterWorkload> {
    const workload = new ClusterWorkload(connectTo(servers), options);
    await workload.#writeStillKeys();
    const workers = Array.from({ length: workload.#options.workers }, (_, worker) => workload.#work(worker));
    workload.#running = Promise.all(workers);
    // Looked at in `stop`; until then a worker's mistake must not end the test process.
    workload.#running.catch(() => undefined);
    return workload;
  }

  /** Lets every worker finish the operation in hand. Rejects with a mistake of the workload itself. */
  async stop(): Promise<Ledger> {
    this.#stop.abort();
    try {
      await this.#running;
    } finally {
      this.#client.disconnect();
    }
    return this.ledger;
  }

  /** In batches: a promise for each of some ten thousand keys at once would only measure this process. */
  async #writeStillKeys(): Promise<void> {
    const batch = 1_000;
    for (let first = 0; first < this.#options.stillKeys; first += batch) {
      const count = Math.min(batch, this.#options.stillKeys - first);
      const names = Array.from({ length: count }, (_, i) => `still:${this.#options.seed}:${first + i}`);
      await Promise.all(names.map((name) => this.#carryOut(operations.set(name, `${name} ${"v".repeat(60)}`))));
    }
  }

  async #work(worker: number): Promise<void> {
    const { keysPerWorker, maxOperations, pauseMs, stillKeys, seed } = this.#options;
    const chance = seededRandom(seed * 1_000 + worker);
    const keys = Array.from({ length: keysPerWorker }, (_, i) => ownKey(`${seed}-${worker}`, i));
    for (let i = 0; i < maxOperations && !this.#stop.signal.aborted && keys.length > 0; i++) {
      const at = below(chance, keys.length);
      const key = keys[at] ?? "";
      const operation =
        stillKeys > 0 && chance() < 0.2
          ? operations.get(`still:${seed}:${below(chance, stillKeys)}`)
          : this.#choose(key, `${worker}-${i}`, chance);
      const known = await this.#carryOut(operation);
      if (!known) keys.splice(at, 1);
      await delay(pauseMs);
    }
  }

  #choose(key: string, unique: string, chance: () => number): Operation {
    const dice = chance();
    if (key.startsWith("list")) {
      // Short enough that reading one is a read like others.
      if (dice < 0.05 || (this.ledger.mayHold(key)[0]?.length ?? 0) > 60) return operations.remove(key);
      return dice < 0.6 ? operations.push(key, unique) : operations.list(key);
    }
    if (dice < 0.1) return operations.remove(key);
    if (dice < 0.5) return operations.get(key);
    return key.startsWith("count") ? operations.increment(key) : operations.set(key, `${unique} ${"w".repeat(80)}`);
  }

  /** False: whether it was carried out is not known. */
  async #carryOut(operation: Operation): Promise<boolean> {
    const [command, ...args] = operation.words;
    try {
      this.ledger.answered(operation, await this.#client.call(command, args));
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (wasRefused(error)) this.refused.push(`${operation.words.join(" ")}: ${error.message}`);
      else this.ledger.unanswered(operation);
      return wasRefused(error);
    }
  }
}

/** A cluster client that follows redirections, and never sends again what may have been carried out. */
export function connectTo(servers: RedisServer[]): Cluster {
  const client = new Cluster(
    servers.map(({ host, port }) => ({ host, port })),
    {
      retryDelayOnFailover: 0,
      slotsRefreshTimeout: 10_000,
      redisOptions: { commandTimeout: 20_000, connectTimeout: 20_000, maxRetriesPerRequest: null },
    },
  );
  // What goes wrong shows in the operations; without a listener an event would end the process.
  client.on("error", () => undefined);
  return client;
}

/** An error that a server answered, or a redirection given up: in both cases the last server did nothing. */
function wasRefused(error: Error): boolean {
  return error.name === "ReplyError" || error.message.startsWith("Too many Cluster redirections");
}

/** Names with what a careless mover trips over: line ends, spaces, more than one byte a character, a hash tag. */
function ownKey(worker: string, index: number): string {
  const kind = ["text", "count", "list"][index % 3] ?? "text";
  const form = ["", " with space", "\r\n$3\r\n", "ключ", `{tag${worker}}`][index % 5] ?? "";
  return `${kind}:${worker}:${index}:${form}`;
}

function below(chance: () => number, count: number): number {
  return Math.floor(chance() * count);
}
