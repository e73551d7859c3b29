import { CachectlError } from "../../../model/errors.js";
import { firstPauseMs, longestPauseMs, NoAnswer, type Patience } from "../no-answer.js";
import type { OpenServer, PoolServer } from "./pool-server.js";

/** A request as it is sent, one character a byte, with its last line end; or why it is not sent at all. */
export type Encoded = string | { refused: string };

/** A line of the server, the reason why a request was not sent, or nothing. */
export type LineAnswer = string | { refused: string } | NoAnswer;

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

/** Requests, and what has been answered of them. */
class Asking {
  readonly answers: LineAnswer[];
  #open: number[];
  #next = 0;
  #progress = false;
  readonly #sent: Uint8Array;

  constructor(count: number) {
    this.answers = new Array<LineAnswer>(count);
    this.#open = Array.from({ length: count }, (_, index) => index);
    this.#sent = new Uint8Array(count);
  }

  /** What is still open as one text; empty: nothing. */
  encode(one: (index: number) => Encoded): string {
    const texts: string[] = [];
    const open: number[] = [];
    for (const index of this.#open.slice(this.#next)) {
      const encoded = one(index);
      if (typeof encoded === "string") {
        open.push(index);
        texts.push(encoded);
      } else this.answers[index] = encoded;
    }
    this.#open = open;
    this.#next = 0;
    return texts.join("");
  }

  /** How many of what is open are sent for another time. */
  markSent(): number {
    let again = 0;
    for (const index of this.#open) {
      again += this.#sent[index] ?? 0;
      this.#sent[index] = 1;
    }
    return again;
  }

  /** True while more is expected. */
  take(lines: Uint8Array, { life }: OpenServer): boolean {
    const answered = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString("latin1").split("\r\n");
    answered.pop();
    for (const line of answered) {
      const index = this.#open[this.#next];
      if (index === undefined) break;
      this.answers[index] = line;
      this.#next++;
      life.answered++;
      if (line === "STORED") life.stored++;
    }
    this.#progress = true;
    return this.#next < this.#open.length;
  }

  /** Whether anything was answered since the last call. */
  takeProgress(): boolean {
    const progress = this.#progress;
    this.#progress = false;
    return progress;
  }

  giveUp(reason: string): LineAnswer[] {
    for (const index of this.#open.slice(this.#next))
      this.answers[index] = new NoAnswer(reason, this.#sent[index] === 0);
    return this.answers;
  }
}
