import type { Clock } from "../../model/clock.js";
import { CachectlError } from "../../model/errors.js";
import type { RedisBulkPort } from "../../model/node-port.js";
import type { LedgerClientKind } from "../../model/sentinel-drill.js";
import type { Ledger } from "./ledger.js";

export interface LedgerClientDeps {
  ledger: Ledger;
  clock: Clock;
  /** From one write to the next. Milliseconds. */
  intervalMs: number;
  /** What some sentinel names as the primary. */
  askPrimary: () => Promise<string>;
  /** A new connection. */
  open: (address: string) => Promise<RedisBulkPort>;
}

/**
 * An application's client, writing at a steady rate. A refused or lost write is not written again: it asks the sentinels and goes
 * on with the next number through a new connection.
 *
 * `following` asks before each write, as a client does that hears +switch-master; `staying` keeps its connection for as long as it
 * is served, as a pool does that hears nothing.
 */
export class LedgerClient {
  refused = 0;
  firstRefusal: string | null = null;
  #connection: { address: string; port: RedisBulkPort } | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly kind: LedgerClientKind,
    private readonly deps: LedgerClientDeps,
  ) {}

  /** One write. @throws CachectlError where it was not acknowledged */
  async write(): Promise<void> {
    const { ledger, clock } = this.deps;
    try {
      const { address, port } = await this.connection();
      await ledger.write(port, this.kind, address, clock);
    } catch (error) {
      this.disconnect();
      throw error;
    }
  }

  /** Goes on writing until `stop`. */
  start(): void {
    this.#running = this.run();
    // Looked at by `stop`; until then it must not end the process.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the write in hand has been answered. Rejects with a defect that ended the writing. */
  async stop(): Promise<void> {
    this.#stopped = true;
    try {
      await this.#running;
    } finally {
      this.disconnect();
    }
  }

  private async run(): Promise<void> {
    const { clock, intervalMs } = this.deps;
    while (!this.#stopped) {
      const nextMs = clock.monotonicMs() + intervalMs;
      await this.write().catch((error: unknown) => this.noteRefusal(error));
      await clock.sleep(Math.max(1, nextMs - clock.monotonicMs()));
    }
  }

  private async connection(): Promise<{ address: string; port: RedisBulkPort }> {
    const { askPrimary, open } = this.deps;
    if (this.#connection !== null && this.kind === "staying") return this.#connection;
    const address = await askPrimary();
    if (this.#connection?.address !== address) {
      this.disconnect();
      this.#connection = { address, port: await open(address) };
    }
    return this.#connection;
  }

  private noteRefusal(error: unknown): void {
    if (!(error instanceof CachectlError)) throw error;
    this.refused++;
    this.firstRefusal ??= error.message;
  }

  private disconnect(): void {
    this.#connection?.port.close();
    this.#connection = null;
  }
}
