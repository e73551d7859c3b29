import type { RedisCalls } from "./redis-calls.js";

export interface Address {
  host: string;
  port: number;
}

/** A connection that is closed by whoever opened it. */
export interface DemoRedis extends RedisCalls {
  close(): void;
}

export interface DemoMemcached {
  /** A command of the text protocol, with its data after `\r\n`; resolves with the whole answer, without its last line end. */
  send(request: string): Promise<string>;
  close(): void;
}

/** What the demo cannot do by itself: its room has no client library, no terminal and no process. */
export interface DemoDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** One line of progress for the person watching. */
  say: (line: string) => void;
  /** Aborted by Ctrl-C: what was begun is then ended and `DemoInterrupted` thrown. */
  signal: AbortSignal;
  /** Sends SIGKILL; throws ESRCH when there is no such process. */
  kill(pid: number): void;
  openRedis(address: Address): Promise<DemoRedis>;
  openMemcached(address: Address): Promise<DemoMemcached>;
}
