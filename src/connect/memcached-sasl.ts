import type { Client } from "memjs";
import type { Credentials } from "../model/profile.js";
import { afterUnreadAnswers } from "../model/unread-answers.js";
import { aborted, connectFailure, type ConnectAttempt } from "./connect-failure.js";

/** memjs keeps the time itself, and says in its own words what was wrong; but it forgets its callers when the server hangs up. */
const graceMs = 250;

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
    private readonly commandTimeoutMs: number,
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
    return new MemcachedSasl(client, attempt, commandTimeoutMs);
  }

  stats(section: string): Promise<Record<string, string>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#rejectWaiting.add(reject);
      const giveUp = () => this.end(connectFailure(new Error("timed out"), this.attempt));
      const timer = setTimeout(() => afterUnreadAnswers(giveUp), this.commandTimeoutMs + graceMs);
      this.client.statsWithKey(section, (error, _server, stats) => {
        clearTimeout(timer);
        this.#rejectWaiting.delete(reject);
        if (error !== null || stats === null) reject(connectFailure(error ?? new Error("no stats"), this.attempt));
        else resolve(stats);
      });
    });
  }

  abort(): void {
    this.end(aborted(this.attempt));
  }

  close(): void {
    // Its own `close` waits for the server to hang up too, which a stuck one never does.
    for (const server of this.client.servers) server._socket?.destroy();
    this.client.close();
  }

  /** memjs forgets its callers when it is closed, so they are told here. */
  private end(why: Error): void {
    this.#ended ??= why;
    for (const reject of this.#rejectWaiting) reject(this.#ended);
    this.#rejectWaiting.clear();
    this.close();
  }
}
