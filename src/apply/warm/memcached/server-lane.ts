import { CachectlError } from "../../../model/errors.js";
import { firstPauseMs, longestPauseMs, type Patience } from "../no-answer.js";
import { Asking, type Encoded, type LineAnswer } from "./asking.js";
import type { OpenServer, PoolServer } from "./pool-server.js";

/**
 * One connection of a server, made when it is needed and anew after it was lost. What belongs to it waits in line, also while the
 * server is away: so of two writes of a key the later one stays.
 */
export class ServerLane {
  #connection: OpenServer | null = null;
  #last: Promise<unknown> = Promise.resolve();
  /** Since when nothing was answered although something was asked; null: all was. */
  #quietSinceMs: number | null = null;
  #reason = "";
  #closed = false;
  /** Requests that were sent more than once, because nobody knows what became of the first. */
  repeated = 0;

  constructor(
    private readonly server: PoolServer,
    private readonly patience: Patience,
  ) {}

  get address(): string {
    return this.server.address;
  }

  /** Begins when all that came before has ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * Sends requests that may be carried out twice, all in one go, and again what got no answer, until the patience is over. Only in
   * turn. Never rejects for what the server does.
   *
   * @param encode by index from 0 below `count`, for the server as it is at that moment
   */
  async ask(count: number, encode: (index: number, server: OpenServer) => Encoded): Promise<LineAnswer[]> {
    const asking = new Asking(count);
    // Others have waited in vain just before.
    if (this.isLate()) return asking.giveUp(this.#reason);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      this.#quietSinceMs ??= this.patience.monotonicMs();
      const reason = await this.tryOnce(asking, encode);
      if (reason === null) {
        this.#quietSinceMs = null;
        return asking.answers;
      }
      this.#reason = reason;
      if (asking.takeProgress()) {
        this.#quietSinceMs = this.patience.monotonicMs();
        pauseMs = firstPauseMs;
      }
      const { patience } = this;
      if (this.isLate() || patience.ending() || !patience.mayWrite() || this.#closed) return asking.giveUp(reason);
      await this.patience.sleep(pauseMs);
    }
  }

  close(): void {
    this.#closed = true;
    this.#connection?.port.close();
  }

  private isLate(): boolean {
    const since = this.#quietSinceMs;
    return since !== null && this.patience.monotonicMs() - since >= this.patience.patienceMs;
  }

  /** Null: everything is answered. Else why not, as a clause. */
  private async tryOnce(
    asking: Asking,
    encode: (index: number, server: OpenServer) => Encoded,
  ): Promise<string | null> {
    try {
      const server = (this.#connection ??= await this.server.open());
      if (this.#closed) server.port.close();
      const text = asking.encode((index) => encode(index, server));
      if (text === "") return null;
      if (!this.patience.mayWrite()) return "the lock of this run is lost";
      this.repeated += asking.markSent();
      // The port adds the last line end.
      await server.port.readLines(text.slice(0, -2), (lines) => asking.take(lines, server));
      return null;
    } catch (error) {
      this.#connection = null;
      if (error instanceof CachectlError) return error.message;
      throw error;
    }
  }
}
