import type { Client } from "memjs";
import type { Credentials } from "../model/profile.js";
import { connectFailure, type ConnectAttempt } from "./connect-failure.js";

/**
 * A SASL login over the binary protocol, for servers started with -S: those refuse the text protocol altogether.
 * memjs knows how; it offers `stats` and its sections, which is all that an analysis needs.
 */
export class MemcachedSasl {
  private constructor(
    private readonly client: Client,
    private readonly attempt: ConnectAttempt,
  ) {}

  static async create(
    endpoint: { host: string; port: number },
    { username, password }: Credentials,
    attempt: ConnectAttempt,
    commandTimeoutMs: number,
  ): Promise<MemcachedSasl> {
    const { Client } = await import("memjs");
    const client = Client.create(`${endpoint.host}:${endpoint.port}`, {
      username: username ?? "",
      password: password.reveal(),
      timeout: commandTimeoutMs / 1000,
      conntimeout: attempt.timeoutMs / 1000,
      retries: 0,
      // Its own logger writes to the console.
      logger: { log: () => {} },
    });
    return new MemcachedSasl(client, attempt);
  }

  stats(section: string): Promise<Record<string, string>> {
    return new Promise((resolve, reject) => {
      this.client.statsWithKey(section, (error, _server, stats) => {
        if (error !== null || stats === null) reject(connectFailure(error ?? new Error("no stats"), this.attempt));
        else resolve(stats);
      });
    });
  }

  close(): void {
    this.client.close();
  }
}
