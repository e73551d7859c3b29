import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ConnectError, ServerReplyError } from "../model/errors.js";
import type { Endpoint } from "../model/node.js";
import { connectFailure, type ConnectAttempt } from "./connect-failure.js";
import { tlsOptions } from "./tls-options.js";
import type { TlsSettings } from "../model/profile.js";

interface Waiting {
  command: string;
  lines: string[];
  /** Whether this line completes the answer. */
  isLast(line: string): boolean;
  resolve(lines: string[]): void;
  reject(error: Error): void;
}

/** A longer line or answer is not memcached's: `stats` lines are short and few thousand. */
const maxPendingBytes = 16 * 2 ** 20;

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
    const socket =
      tls === null ? connectTcp({ ...endpoint }) : connectTls({ ...endpoint, ...tlsOptions(endpoint, tls) });
    const connection = new MemcachedText(socket, attempt, commandTimeoutMs);
    signal.addEventListener("abort", () => connection.close(), { once: true });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === null ? "connect" : "secureConnect", resolve);
      socket.once("error", (error) => reject(connectFailure(error, attempt)));
      socket.once("close", () => reject(connectFailure(new Error("closed"), attempt)));
    });
    return connection;
  }

  /** Sends one command whose answer is a single line. */
  async line(command: string): Promise<string> {
    const lines = await this.request(command, () => true);
    return lines[0] ?? "";
  }

  /** Sends one command whose answer is `STAT name value` lines and `END`. */
  async stats(command: string): Promise<Record<string, string>> {
    const lines = await this.request(command, (line) => line === "END" || line === "RESET");
    const stats: Record<string, string> = {};
    for (const line of lines) {
      const [word, name, ...value] = line.split(" ");
      if (word === "STAT" && name !== undefined) stats[name] = value.join(" ");
    }
    return stats;
  }

  /** The text protocol's login (`memcached -Y`): a `set` whose value is the token pair. */
  async authenticate(username: string, password: string): Promise<void> {
    const token = `${username} ${password}`;
    await this.request("login", () => true, `set login 0 0 ${Buffer.byteLength(token)}\r\n${token}\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  private request(command: string, isLast: Waiting["isLast"], bytes = `${command}\r\n`): Promise<string[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(this.silence(command)), this.commandTimeoutMs);
      const settle =
        <T>(finish: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          finish(value);
        };
      this.#queue.push({ command, lines: [], isLast, resolve: settle(resolve), reject: settle(reject) });
      this.#socket.write(bytes, "utf8");
    });
  }

  private receive(text: string): void {
    this.#buffer += text;
    const lines = this.#buffer.split("\r\n");
    this.#buffer = lines.pop() ?? "";
    for (const line of lines) this.receiveLine(line);
    if (this.#buffer.length > maxPendingBytes) this.fail(connectFailure(new Error("not the protocol"), this.attempt));
  }

  private receiveLine(line: string): void {
    const waiting = this.#queue[0];
    if (waiting === undefined) return;
    if (!isMemcachedLine(line)) return this.fail(connectFailure(new Error(`not the protocol: ${line}`), this.attempt));
    if (/^(ERROR|CLIENT_ERROR|SERVER_ERROR)\b/.test(line)) {
      this.#queue.shift();
      waiting.reject(new ServerReplyError(waiting.command, line, errorHint(line)));
      return;
    }
    waiting.lines.push(line);
    if (!waiting.isLast(line)) return;
    this.#queue.shift();
    waiting.resolve(waiting.lines);
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

function isMemcachedLine(line: string): boolean {
  return /^(STAT |VERSION |END$|RESET$|OK$|STORED$|NOT_STORED$|ERROR|CLIENT_ERROR|SERVER_ERROR)/.test(line);
}

function errorHint(line: string): string {
  return /unauthenticated|authentication/i.test(line)
    ? "Set username and password in the profile, with auth: ascii for a server started with -Y."
    : "The server does not offer this command: an old version, a proxy, or a managed service.";
}
