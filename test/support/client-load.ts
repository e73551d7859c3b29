import { connect, type Socket } from "node:net";
import { isAtLeast } from "../../src/model/version-number.js";
import { RespConnection, waitUntil, type RedisServer } from "./servers/index.js";

/** Opens so many further connections, each answered once. Closed by the test. */
export async function openConnections(server: RedisServer, count: number): Promise<RespConnection[]> {
  const connections = Array.from({ length: count }, () => server.open());
  await Promise.all(connections.map((connection) => connection.call("PING")));
  return connections;
}

/** Connects so many times at once, whether let in or turned away, and leaves again. */
export async function knock(server: RedisServer, count: number): Promise<void> {
  const connections = Array.from({ length: count }, () => new RespConnection(server.port, server.host));
  await Promise.allSettled(connections.map((connection) => connection.call("PING")));
  for (const connection of connections) connection.close();
}

/** A client that sends and does not read, as a consumer does that has stalled. */
export class StalledClient {
  readonly #socket: Socket;

  constructor(server: RedisServer) {
    // Without a listener for data nothing is read once Node's own small buffer is full.
    this.#socket = connect({ port: server.port, host: server.host });
    // The server may cut this client off: that is what some tests are about.
    this.#socket.on("error", () => this.#socket.destroy());
  }

  send(...argv: string[]): void {
    const words = argv.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${argv.length}\r\n${words.join("")}`);
  }

  /** From now on it reads all that comes. */
  recover(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** What {@link stall} needs in the configuration. */
export function allowStall(version: string): Record<string, string> {
  // Before 7.0 DEBUG is always on, and there is no such directive.
  return isAtLeast(version, "7.0") ? { "enable-debug-command": "local" } : {};
}

/** Holds up the server's only thread for so long, as a slow command does. */
export async function stall(server: RedisServer, durationMs: number): Promise<void> {
  await server.call("DEBUG", "SLEEP", String(durationMs / 1_000));
}

/** FLUSHALL, done with only when the memory is free: Valkey frees it in the background. */
export async function emptyServer(server: RedisServer): Promise<void> {
  await server.call("FLUSHALL");
  await waitUntil(async () => String(await server.call("INFO", "memory")).includes("lazyfree_pending_objects:0"), {
    what: "the flushed memory is free",
    timeoutMs: 10_000,
  });
}

/** Writes `count` keys `<prefix>1…` of `sizeBytes` each, all in one script. */
export async function writeKeys(server: RedisServer, prefix: string, count: number, sizeBytes: number): Promise<void> {
  const script = "local v = string.rep('x', ARGV[3]) for i = 1, ARGV[2] do redis.call('SET', ARGV[1] .. i, v) end";
  await server.call("EVAL", script, "0", prefix, `${count}`, `${sizeBytes}`);
}

/** Writes until the server refuses with OOM, which is the promise that memory is full. */
export async function fillUntilRefused(server: RedisServer): Promise<void> {
  const value = "x".repeat(50_000);
  for (let i = 0; i < 10_000; i++) {
    try {
      await server.call("SET", `fill${i}`, value);
    } catch (error) {
      if (error instanceof Error && /\bOOM\b/.test(error.message)) return;
      throw error;
    }
  }
  throw new Error("500 MB were written and nothing was refused");
}
