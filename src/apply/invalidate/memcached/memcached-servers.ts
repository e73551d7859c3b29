import type { Clock } from "../../../model/clock.js";
import { CachectlError } from "../../../model/errors.js";
import type { FleetNode, MemcachedLinesPort } from "../../../model/node-port.js";

/** How long a server may be away: a restart. */
const patienceMs = 5_000;
const waitMs = 200;

export interface ServersDeps {
  clock: Clock;
  stopRequested: AbortSignal;
}

/** Conversations with Memcached servers, each opened when it is needed and again when it is lost. */
export class MemcachedServers {
  interruptions = 0;
  readonly #ports = new Map<string, Promise<MemcachedLinesPort>>();
  /** Servers that did not come back → why. */
  readonly #lost = new Map<string, string>();

  constructor(
    readonly nodes: readonly FleetNode[],
    private readonly deps: ServersDeps,
  ) {}

  /**
   * Something that may be done twice.
   *
   * @returns what it gave, or why the server cannot be talked to, as a clause
   */
  async on<T extends object | number | null>(
    node: FleetNode,
    work: (port: MemcachedLinesPort) => Promise<T | string>,
  ): Promise<T | string> {
    const { clock, stopRequested } = this.deps;
    const { address } = node.identity;
    const endMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const lost = this.#lost.get(address);
      if (lost !== undefined) return lost;
      try {
        return await work(await this.open(node));
      } catch (error) {
        if (!(error instanceof CachectlError)) throw error;
        this.interruptions++;
        this.#ports.delete(address);
        if (stopRequested.aborted || clock.monotonicMs() > endMs) this.#lost.set(address, error.message);
        else await clock.sleep(waitMs);
      }
    }
  }

  close(): void {
    for (const open of this.#ports.values())
      open.then(
        (port) => port.close(),
        () => undefined,
      );
  }

  private open(node: FleetNode): Promise<MemcachedLinesPort> {
    const { address } = node.identity;
    const open = this.#ports.get(address) ?? node.openMemcachedLines();
    this.#ports.set(address, open);
    return open;
  }
}
