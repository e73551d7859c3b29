import { setTimeout as wait } from "node:timers/promises";
import { RespConnection } from "../test/support/servers/resp-connection.js";

const everyMs = 5;

/** Another client beside a run: asks each server PING again and again, directly, and keeps the longest wait. */
export class PingBeside {
  #ended = false;
  #longestMs = 0;
  readonly #pinging: Promise<void>[];

  private constructor(private readonly connections: RespConnection[]) {
    this.#pinging = connections.map((connection) => this.ping(connection));
  }

  static async start(ports: number[]): Promise<PingBeside> {
    const connections = ports.map((port) => new RespConnection(port));
    await Promise.all(connections.map((connection) => connection.call("PING")));
    return new PingBeside(connections);
  }

  /** Milliseconds that the longest PING took. */
  async stop(): Promise<number> {
    this.#ended = true;
    await Promise.all(this.#pinging);
    for (const connection of this.connections) connection.close();
    return this.#longestMs;
  }

  private async ping(connection: RespConnection): Promise<void> {
    while (!this.#ended) {
      const before = performance.now();
      await connection.call("PING");
      this.#longestMs = Math.max(this.#longestMs, performance.now() - before);
      await wait(everyMs);
    }
  }
}
