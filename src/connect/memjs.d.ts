/** The part of memjs 1.3 that is used here; the package ships no types. */
declare module "memjs" {
  interface ClientOptions {
    username?: string;
    password?: string;
    /** Seconds. */
    timeout?: number;
    conntimeout?: number;
    retries?: number;
    logger?: { log(...words: unknown[]): void };
  }
  type PerServer<T> = (error: Error | null, server: string, value: T | null) => void;
  class Client {
    static create(servers: string, options?: ClientOptions): Client;
    /** Calls back once for each server. */
    statsWithKey(key: string, callback: PerServer<Record<string, string>>): void;
    close(): void;
    readonly servers: readonly { _socket?: import("node:net").Socket }[];
  }
}
