import type { MemcachedLinesPort } from "../model/node-port.js";
import { memcachedAnswer } from "./memcached-line.js";

/**
 * A conversation with a Memcached server beside other work: one question at a time, on a connection that is made when it is needed
 * and anew with the next question after it was lost. Nothing is repeated.
 */
export class MemcachedSideLine {
  #port: Promise<MemcachedLinesPort> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(private readonly open: () => Promise<MemcachedLinesPort>) {}

  /** The whole answer, one character a byte. @throws CachectlError when there is none */
  ask(command: string): Promise<string> {
    const answer = this.#last.then(() => this.askNow(command));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.#closed = true;
    this.#port?.then(
      (port) => port.close(),
      () => undefined,
    );
  }

  private async askNow(command: string): Promise<string> {
    try {
      const port = await (this.#port ??= this.open());
      if (this.#closed) port.close();
      return await memcachedAnswer(port, command);
    } catch (error) {
      this.#port = null;
      throw error;
    }
  }
}
