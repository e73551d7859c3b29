import { connect, type Socket } from "node:net";
import { encodeCommand, RespReader } from "../../src/protocol/resp.js";

/** Asked before a command goes to the server and before its answer goes to the client; false: it never does. */
type Gate = (words: string[], when: "before" | "after") => Promise<boolean>;

/** One client and its own connection to the server behind, with a gate between them. RESP2, commands as arrays. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #gate: Gate;
  readonly #requests = new RespReader();
  readonly #replies = new RespReader();
  readonly #waiting: string[][] = [];
  #answer: Buffer[] = [];
  #answered: (() => void) | null = null;
  #passing = false;

  constructor(client: Socket, serverPort: number, gate: Gate) {
    this.#client = client;
    this.#server = connect({ port: serverPort, host: "127.0.0.1" });
    this.#gate = gate;
    // Either end may go at any moment: that is what this is for.
    for (const socket of [client, this.#server]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.drop());
      socket.on("close", () => this.drop());
    }
    client.on("data", (chunk: Buffer) => this.#takeRequests(chunk));
    this.#server.on("data", (chunk: Buffer) => this.#takeAnswer(chunk));
  }

  drop(): void {
    this.#waiting.length = 0;
    this.#client.destroy();
    this.#server.destroy();
  }

  #takeRequests(chunk: Buffer): void {
    try {
      this.#requests.push(chunk.toString("latin1"));
      for (let words = this.#requests.next(); words !== undefined; words = this.#requests.next())
        this.#waiting.push(words as string[]);
    } catch {
      // A TLS hello, by which the program finds out why a server hung up. A plain server does not answer it either.
      this.drop();
      return;
    }
    // A gate that fails is a mistake of the test: its client sees a lost connection, and the test's own checks tell the rest.
    this.#passWaiting().catch(() => this.drop());
  }

  async #passWaiting(): Promise<void> {
    if (this.#passing) return;
    this.#passing = true;
    for (let words = this.#waiting.shift(); words !== undefined; words = this.#waiting.shift()) {
      // Stays `passing` for good after a closed gate: what comes later is never sent either.
      if (!(await this.#gate(words, "before"))) return;
      const answer = await this.#ask(words);
      if (!(await this.#gate(words, "after"))) return;
      this.#client.write(answer);
    }
    this.#passing = false;
  }

  /** The bytes of its answer, as the server wrote them. Never settles when the server hangs up instead. */
  async #ask(words: string[]): Promise<Buffer> {
    const answered = new Promise<void>((resolve) => (this.#answered = resolve));
    this.#server.write(encodeCommand(...words), "latin1");
    await answered;
    const answer = Buffer.concat(this.#answer);
    this.#answer = [];
    return answer;
  }

  #takeAnswer(chunk: Buffer): void {
    this.#answer.push(chunk);
    this.#replies.push(chunk.toString("latin1"));
    // Only one command is on its way, so that all that came belongs to its answer.
    if (this.#replies.next() !== undefined) this.#answered?.();
  }
}
