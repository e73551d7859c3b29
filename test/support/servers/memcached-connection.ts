import { connect, type Socket } from "node:net";

interface Waiting {
  resolve: (reply: string) => void;
  reject: (error: Error) => void;
}

const callTimeoutMs = 10_000;

/** A plain conversation in Memcached's text protocol. */
export class MemcachedConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received = "";
  #closed: Error | undefined;

  constructor(port: number, host = "127.0.0.1") {
    this.#socket = connect({ port, host });
    this.#socket.setNoDelay(true);
    // One character a byte, so that the lengths in VALUE lines count characters.
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (chunk: string) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error(`the connection to ${host}:${port} was closed`)));
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Sends a command (with its data after `\r\n`, where it has some) and resolves with the whole answer, trimmed. */
  send(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      const timer = setTimeout(
        () => this.#fail(new Error(`${line.slice(0, 40)}: no answer within ${callTimeoutMs / 1000} s`)),
        callTimeoutMs,
      );
      this.#waiting.push({
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.write(`${line}\r\n`);
    });
  }

  close(): void {
    this.#fail(new Error("closed by the test"));
  }

  #take(chunk: string): void {
    this.#received += chunk;
    for (;;) {
      const end = endOfAnswer(this.#received);
      if (end === null) return;
      const answer = this.#received.slice(0, end).trimEnd();
      this.#received = this.#received.slice(end);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return this.#fail(new Error(`an answer nobody asked for: ${answer}`));
      waiting.resolve(answer);
    }
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed);
  }
}

/** Where the first answer ends; null: not all there yet. STAT, ITEM and VALUE lines go on until END. */
function endOfAnswer(text: string): number | null {
  let start = 0;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", start);
    if (lineEnd === -1) return null;
    const line = text.slice(start, lineEnd);
    start = lineEnd + 2;
    const dataLength = /^(?:VALUE \S+ \d+|VA) (\d+)/.exec(line)?.[1];
    if (dataLength !== undefined) start += Number(dataLength) + 2;
    if (start > text.length) return null;
    if (!/^(STAT|ITEM|VALUE|key=) ?/.test(line)) return start;
  }
}
