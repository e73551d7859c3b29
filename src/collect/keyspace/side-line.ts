import { ConnectError } from "../../model/errors.js";
import type { FleetNode, RedisBulkPort, Reply } from "../../model/node-port.js";
import type { Caller } from "./command-times.js";

/**
 * A conversation beside a scan, for single questions. Uses the connection that the node has anyway; when that is lost, the next
 * question opens one of its own, since the node itself may be well.
 */
export class SideLine implements Caller {
  #shared = true;
  #closed = false;
  /** Questions may overlap, and all that find no connection wait for the same one. */
  #own: Promise<RedisBulkPort> | null = null;

  constructor(private readonly node: FleetNode) {}

  async call(command: string, ...args: string[]): Promise<Reply> {
    const own = this.#shared ? null : (this.#own ??= this.node.openBulk());
    try {
      if (own === null) return await (await this.node.openRedis()).call(command, ...args);
      // A bulk connection differs in how it gives errors within arrays, of which these questions' answers have none.
      return (await (await own).call(command, ...args)) as Reply;
    } catch (error) {
      if (error instanceof ConnectError) this.drop(own);
      throw error;
    } finally {
      // Closed while this question was on its way: it may be what opened the connection.
      if (this.#closed) this.close();
    }
  }

  close(): void {
    this.#closed = true;
    closeWhenOpen(this.#own);
  }

  /** Only what was lost: another question may have opened the next one by now. */
  private drop(lost: Promise<RedisBulkPort> | null): void {
    this.#shared = false;
    if (lost === null || this.#own !== lost) return;
    this.#own = null;
    closeWhenOpen(lost);
  }
}

function closeWhenOpen(opening: Promise<RedisBulkPort> | null): void {
  opening?.then(
    (port) => port.close(),
    () => {},
  );
}
