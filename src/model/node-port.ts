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

/**
 * A reply as the bulk connection gives it. Texts are one character a byte (latin1), since values may be any bytes; they are
 * slices of what was received, so whoever keeps one copies it (`ownText`). An error reply is a value: one refused key
 * must not cost the page it is on.
 */
export type BulkReply = string | number | null | ReplyError | BulkReply[];

/** An error reply within a pipeline, `NOPERM …`, as the server wrote it. */
export class ReplyError {
  constructor(readonly text: string) {}
}

/**
 * A connection for many commands at once, of its own: one scan, dump or bulk write. Logged in, with the profile's database
 * selected, and reading allowed on a replica of a cluster. Nothing is retried; a lost or silent connection rejects all
 * that waits with `ConnectError`, and so does everything asked after that.
 */
export interface RedisBulkPort {
  /**
   * Writes `request`, encoded by `encodeCommand`, one character a byte, and gives its `count` replies in order. Calls may
   * overlap: the next request is best written before this one's replies are digested. The command timeout counts from
   * the last byte received, so a long pipeline does not run into it while the server answers. Bytes are not copied: they stay
   * as they are until the promise has settled.
   */
  pipeline(request: string | Uint8Array, count: number): Promise<BulkReply[]>;
  /** One command by itself. Rejects with `ServerReplyError` where it is refused. */
  call(command: string, ...args: string[]): Promise<BulkReply>;
  /**
   * Writes a request whose answer has no end (MONITOR) and hands on what comes from then on, as it comes: one character a
   * byte, in pieces of any size. A server that has nothing to say may be silent for any time. Resolves after `close`,
   * rejects when the connection is lost; nothing else may be asked of this connection any more.
   */
  stream(request: string, onPiece: (piece: string) => void): Promise<void>;
  /**
   * What is still written when this connection is ended, by `close` as by the abort of the run: it undoes what must not
   * outlive the connection. Empty: nothing.
   */
  sayOnEnd(request: string): void;
  close(): void;
}

/** A Memcached connection of its own that reads answers of any length. Rejects with `ConnectError` like {@link RedisBulkPort}. */
export interface MemcachedLinesPort {
  /**
   * Sends one command and hands on its answer in pieces of whole lines, each with its line end (`\r\n`, or `\n` in a dump),
   * for as long as `onLines` returns true: more is expected. A piece is only valid during the call.
   *
   * Nothing is read while `onLines` works, so it must not take long: a server that cannot send its dump holds locks that
   * its other clients wait for (up to 1.6.18), and tears the dump after a second. Whoever returns false before the answer's end closes the
   * connection.
   *
   * @param longestLineBytes how long a line may be: an item's value has line ends only where it happens to have some
   */
  readLines(command: string, onLines: (lines: Uint8Array) => boolean, longestLineBytes?: number): Promise<void>;
  close(): void;
}

/** A node that has been found. Nothing is dialled before `open*` is called; the connection is made once and shared. */
export interface FleetNode {
  identity: NodeIdentity;
  /** Rejects with `ConnectError` when the node cannot be reached or refuses the login; a second call gives the same answer. */
  openRedis(): Promise<RedisPort>;
  openMemcached(): Promise<MemcachedPort>;
  /** A new connection with every call, closed by the caller or with the fleet. Rejects like `openRedis`. */
  openBulk(): Promise<RedisBulkPort>;
  openMemcachedLines(): Promise<MemcachedLinesPort>;
}

/** The nodes of one target. */
export interface Fleet {
  nodes: FleetNode[];
  /** Sentences about what discovery could not find out; waits (at most the connect timeout) for seeds that have not answered yet. */
  gaps(): Promise<string[]>;
  /** Closes every connection at once. Idempotent. */
  close(): void;
}
