import type { RedisPort } from "../model/node-port.js";
import { MemcachedText } from "./memcached-text.js";
import { openRedis } from "./open-redis.js";

type Address = { host: string; port: number };

const timeouts = { connectMs: 5_000, commandMs: 10_000 };

/** A connection to one server without login or TLS, for work outside a fleet. Closed by whoever opened it. @throws ConnectError */
export function openPlainRedis(address: Address, signal: AbortSignal): Promise<RedisPort & { close(): void }> {
  const settings = { protocol: "Redis", credentials: null, tls: null, database: 0, timeouts } as const;
  return openRedis(address, settings, signal);
}

/** The same for Memcached's text protocol. @throws ConnectError */
export function openPlainMemcached(address: Address, signal: AbortSignal): Promise<MemcachedText> {
  const attempt = {
    address: `${address.host}:${address.port}`,
    protocol: "Memcached",
    tls: false,
    timeoutMs: timeouts.connectMs,
    hasPassword: false,
  } as const;
  return MemcachedText.connect(address, null, attempt, timeouts.commandMs, signal);
}
