import { setMaxListeners } from "node:events";
import { CachectlError, ConnectError } from "../model/errors.js";
import { formatEndpoint, type Endpoint, type NodeFamily, type NodeRole } from "../model/node.js";
import type { FleetNode, MemcachedLinesPort, MemcachedPort, RedisBulkPort, RedisPort } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import { openBulkRedis } from "./bulk-redis.js";
import { cliArguments } from "./cli-arguments.js";
import { openMemcachedLines } from "./memcached-lines.js";
import { openMemcached } from "./open-memcached.js";
import { openRedis, type RedisSettings } from "./open-redis.js";

/** The nodes of one profile: found once, dialled once, closed together. */
export class NodeConnections {
  readonly #nodes = new Map<string, FleetNode>();
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    private readonly profile: Profile,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#closing.signal]);
    // Each connection listens for its end; a fleet has more than the ten that Node takes for a leak.
    setMaxListeners(0, this.#signal);
  }

  get nodes(): FleetNode[] {
    return [...this.#nodes.values()];
  }

  /** The node at this address, as dialled. The first role that is not `unknown` stays. */
  add(endpoint: Endpoint, family: NodeFamily, role: NodeRole): FleetNode {
    const address = formatEndpoint(endpoint);
    const present = this.#nodes.get(address);
    if (present !== undefined) {
      if (present.identity.role === "unknown") present.identity.role = role;
      return present;
    }
    const identity = { address, family, role, cliArguments: cliArguments(endpoint, family, this.profile) };
    const node: FleetNode = {
      identity,
      openRedis: once(() => this.openRedis(endpoint, family)),
      openMemcached: once(() => this.openMemcached(endpoint, family)),
      openBulk: () => this.openBulk(endpoint, family),
      openMemcachedLines: () => this.openMemcachedLines(endpoint, family),
    };
    this.#nodes.set(address, node);
    return node;
  }

  /** Takes a node off the list, its connection kept: a seed that turned out to be another name of a member. */
  forget(endpoint: Endpoint): void {
    this.#nodes.delete(formatEndpoint(endpoint));
  }

  /** Where an announced `host:port` is really dialled. */
  translate(host: string, port: number): { host: string; port: number } {
    return this.profile.natMap[formatEndpoint({ host, port })] ?? { host, port };
  }

  close(): void {
    this.#closing.abort();
  }

  private openRedis(endpoint: Endpoint, family: NodeFamily): Promise<RedisPort> {
    return openRedis(endpoint, this.redisSettings(family), this.#signal);
  }

  private openBulk(endpoint: Endpoint, family: NodeFamily): Promise<RedisBulkPort> {
    const settings = { ...this.redisSettings(family), readOnly: this.profile.kind === "cluster" };
    return openBulkRedis(endpoint, settings, this.#signal);
  }

  private redisSettings(family: NodeFamily): RedisSettings {
    if (family === "memcached") throw new TypeError("a Memcached server has no Redis connection");
    const { profile } = this;
    const sentinel = family === "sentinel";
    return {
      protocol: sentinel ? "Sentinel" : "Redis",
      credentials: sentinel ? profile.sentinelCredentials : profile.credentials,
      tls: sentinel && !profile.sentinelTls ? null : profile.tls,
      // A Sentinel has no databases.
      database: sentinel ? 0 : profile.database,
      timeouts: profile.timeouts,
    };
  }

  private openMemcached(endpoint: Endpoint, family: NodeFamily): Promise<MemcachedPort> {
    if (family !== "memcached") throw new TypeError("a Redis node has no Memcached connection");
    return openMemcached(endpoint, this.profile, this.#signal);
  }

  private openMemcachedLines(endpoint: Endpoint, family: NodeFamily): Promise<MemcachedLinesPort> {
    if (family !== "memcached") throw new TypeError("a Redis node has no Memcached connection");
    return openMemcachedLines(endpoint, this.profile, this.#signal);
  }
}

/** The failure of a node as a sentence for a report. Anything that is not a connect failure is a defect and is thrown on. */
export function failureSentence(error: unknown): string {
  if (error instanceof ConnectError && error.connectCause === "aborted") throw error;
  if (error instanceof CachectlError) return error.message;
  throw error;
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
