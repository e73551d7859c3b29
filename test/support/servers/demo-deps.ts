import type { DemoDeps } from "../../../src/demo/demo-deps.js";
import { MemcachedConnection } from "./memcached-connection.js";
import { RespConnection } from "./resp-connection.js";

/** The demo's dependencies, made of the harness's own clients. */
export function demoDeps(overrides: Partial<DemoDeps> = {}): DemoDeps {
  return {
    env: process.env,
    say: () => undefined,
    signal: new AbortController().signal,
    kill: (pid) => void process.kill(pid, "SIGKILL"),
    openRedis: ({ host, port }) => Promise.resolve(new RespConnection(port, host)),
    openMemcached: ({ host, port }) => Promise.resolve(new MemcachedConnection(port, host)),
    ...overrides,
  };
}
