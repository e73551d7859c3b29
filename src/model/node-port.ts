import type { NodeIdentity } from "./node.js";

/** A reply as RESP2 shapes it: maps arrive as flat arrays, doubles as strings. */
export type Reply = string | number | null | Reply[];

/**
 * One open conversation with one Redis, Valkey or Sentinel node.
 *
 * Every call has the profile's command timeout. A refused command rejects with `ServerReplyError`; a lost, silent or
 * aborted connection rejects with `ConnectError`. Nothing is retried or queued.
 */
export interface RedisPort {
  call(command: string, ...args: string[]): Promise<Reply>;
  readonly greeting: Greeting;
}

/** What connections call themselves: an operator sees it in CLIENT LIST, and the tool knows its own entries in the slow log. */
export const clientName = "cachectl";

/** How the conversation began. */
export interface Greeting {
  /** TCP, TLS and login together. Milliseconds. */
  connectMs: number;
  /** One round trip after that. */
  pingMs: number;
  /** The error that PING met on a connection that otherwise works (`LOADING …`, `MASTERDOWN …`, `NOPERM …`); null for PONG. */
  pingError: string | null;
}

/** One open conversation with one Memcached server. */
export interface MemcachedPort {
  readonly greeting: Greeting;
  /** `version`. */
  version(): Promise<string>;
  /** `stats [section]` as name → value in server order. Read-only. Rejects like {@link RedisPort}. */
  stats(section?: "settings" | "items" | "slabs"): Promise<Record<string, string>>;
}

/** A node that has been found. Nothing is dialled before `open*` is called; the connection is made once and shared. */
export interface FleetNode {
  identity: NodeIdentity;
  /** Rejects with `ConnectError` when the node cannot be reached or refuses the login; a second call gives the same answer. */
  openRedis(): Promise<RedisPort>;
  openMemcached(): Promise<MemcachedPort>;
}

/** The nodes of one target. */
export interface Fleet {
  nodes: FleetNode[];
  /** Sentences about what discovery could not find out; waits (at most the connect timeout) for seeds that have not answered yet. */
  gaps(): Promise<string[]>;
  /** Closes every connection at once. Idempotent. */
  close(): void;
}
