import type { Client } from "memjs";
import type { Credentials } from "../model/profile.js";
import { aborted, connectFailure, type ConnectAttempt } from "./connect-failure.js";

/**
 * A SASL login over the binary protocol, for servers started with -S: those refuse the text protocol altogether.
 * memjs knows how; it offers `stats` and its sections, which is all that an analysis needs.
 */
export class MemcachedSasl {
  readonly #rejectWaiting = new Set<(error: Error) => void>();
  #ended: Error | null = null;

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
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#rejectWaiting.add(reject);
      this.client.statsWithKey(section, (error, _server, stats) => {
        this.#rejectWaiting.delete(reject);
        if (error !== null || stats === null) reject(connectFailure(error ?? new Error("no stats"), this.attempt));
        else resolve(stats);
      });
    });
  }

  /** memjs forgets its callers when it is closed, so they are told here. */
  abort(): void {
    this.#ended = aborted(this.attempt);
    for (const reject of this.#rejectWaiting) reject(this.#ended);
    this.#rejectWaiting.clear();
    this.close();
  }

  close(): void {
    // Its own `close` waits for the server to hang up too, which a stuck one never does.
    for (const server of this.client.servers) server._socket?.destroy();
    this.client.close();
  }
}
