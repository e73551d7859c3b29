import type { Socket } from "node:net";
import { ConnectError, ServerReplyError } from "../model/errors.js";
import type { Endpoint } from "../model/node.js";
import { afterUnreadAnswers } from "../model/unread-answers.js";
import { endOfMemcachedAnswer } from "../protocol/memcached-answer.js";
import { aborted, connectFailure, type ConnectAttempt } from "./connect-failure.js";
import { openSocket } from "./open-connection.js";
import type { TlsSettings } from "../model/profile.js";

interface Waiting {
  command: string;
  resolve(answer: string): void;
  reject(error: Error): void;
}

/**
 * A connection that speaks Memcached's text protocol. Own code because memjs has only the deprecated binary protocol, which
 * lacks the meta and crawler commands and which servers may switch off. Requests are answered in order, so they may overlap.
 */
export class MemcachedText {
  #socket: Socket;
  #queue: Waiting[] = [];
  #buffer = "";
  #failure: Error | null = null;

  private constructor(
    socket: Socket,
    private readonly attempt: ConnectAttempt,
    private readonly commandTimeoutMs: number,
  ) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.setNoDelay(true);
    socket.on("data", (text: string) => this.receive(text));
    socket.on("error", (error) => this.fail(connectFailure(error, attempt)));
    socket.on("close", () => this.fail(connectFailure(new Error("closed"), attempt)));
  }

  /** Resolves when TCP (and TLS) stand; `signal` cuts it off at any time. @throws ConnectError */
  static async connect(
    endpoint: Endpoint,
    tls: TlsSettings | null,
    attempt: ConnectAttempt,
    commandTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<MemcachedText> {
    const socket = openSocket(endpoint, tls);
    const connection = new MemcachedText(socket, attempt, commandTimeoutMs);
    signal.addEventListener("abort", () => connection.fail(aborted(attempt)), { once: true });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === null ? "connect" : "secureConnect", resolve);
      socket.once("error", (error) => reject(connectFailure(error, attempt)));
      socket.once("close", () => reject(connectFailure(new Error("closed"), attempt)));
    });
    return connection;
  }

  /** One command, its data after `\r\n`; the whole answer without its last line end. Rejects on ERROR and its kin. */
  send(request: string): Promise<string> {
    return this.request(request.split(/[ \r]/, 1)[0] ?? "", `${request}\r\n`);
  }

  /** Sends one command whose answer is `STAT name value` lines and `END`. */
  async stats(command: string): Promise<Record<string, string>> {
    const stats: Record<string, string> = {};
    for (const line of (await this.request(command, `${command}\r\n`)).split("\r\n")) {
      const [word, name, ...value] = line.split(" ");
      if (word === "STAT" && name !== undefined) stats[name] = value.join(" ");
    }
    return stats;
  }

  /** The text protocol's login (`memcached -Y`): a `set` whose value is the token pair. */
  async authenticate(username: string, password: string): Promise<void> {
    const token = `${username} ${password}`;
    await this.request("login", `set login 0 0 ${Buffer.byteLength(token)}\r\n${token}\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  private request(command: string, bytes: string): Promise<string> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      let waits = true;
      const giveUp = () => {
        if (waits) this.fail(this.silence(command));
      };
      const timer = setTimeout(() => afterUnreadAnswers(giveUp), this.commandTimeoutMs);
      const settle =
        <T>(finish: (value: T) => void) =>
        (value: T) => {
          waits = false;
          clearTimeout(timer);
          finish(value);
        };
      this.#queue.push({ command, resolve: settle(resolve), reject: settle(reject) });
      this.#socket.write(bytes, "utf8");
    });
  }

  private receive(text: string): void {
    this.#buffer += text;
    try {
      for (let end = endOfMemcachedAnswer(this.#buffer); end !== null; end = endOfMemcachedAnswer(this.#buffer)) {
        this.answer(this.#buffer.slice(0, end - 2));
        this.#buffer = this.#buffer.slice(end);
      }
    } catch (error) {
      this.fail(connectFailure(error, this.attempt));
    }
  }

  private answer(answer: string): void {
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    if (/^(ERROR|CLIENT_ERROR|SERVER_ERROR)\b/.test(answer))
      waiting.reject(new ServerReplyError(waiting.command, answer, errorHint(answer)));
    else waiting.resolve(answer);
  }

  private fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const waiting of this.#queue.splice(0)) waiting.reject(this.#failure);
  }

  private silence(command: string): ConnectError {
    return new ConnectError(
      "timed-out",
      `${this.attempt.address} accepted the connection but did not answer ${command} within ${this.commandTimeoutMs / 1000} s`,
      "The server is stuck, the network broke, or it waits for a SASL login over the binary protocol (set username and password in the profile).",
    );
  }
}

function errorHint(line: string): string {
  return /unauthenticated|authentication/i.test(line)
    ? "Set username and password in the profile, with auth: ascii for a server started with -Y."
    : "The server does not offer this command: an old version, a proxy, or a managed service.";
}
