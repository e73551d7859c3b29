import type { Socket } from "node:net";
import { ConnectError, ServerReplyError } from "../model/errors.js";
import { bytesOfText } from "../model/key-name.js";
import { formatEndpoint, type Endpoint } from "../model/node.js";
import { clientName, ReplyError, type BulkReply, type RedisBulkPort } from "../model/node-port.js";
import { encodeCommand, RespReader } from "../protocol/resp.js";
import { aborted, connectFailure, replyHint, type ConnectAttempt } from "./connect-failure.js";
import { openConnection } from "./open-connection.js";
import type { RedisSettings } from "./open-redis.js";
import { SilenceWatch } from "./silence-watch.js";

export interface BulkSettings extends RedisSettings {
  /** Ask a replica of a cluster to answer reads itself. */
  readOnly: boolean;
}

/**
 * Opens a connection for bulk work: AUTH, SELECT, CLIENT SETNAME, READONLY, PING. Own code, because what a client library does
 * for each command (a promise, a timer, an object) costs several times what the server needs to answer it.
 *
 * @throws ConnectError with the cause told apart, within `timeouts.connectMs` whatever the network does; ServerReplyError
 *   where the server cannot select the database just now (`LOADING`, `BUSY`)
 */
export async function openBulkRedis(
  endpoint: Endpoint,
  settings: BulkSettings,
  signal: AbortSignal,
): Promise<RedisBulkPort> {
  const attempt: ConnectAttempt = {
    address: formatEndpoint(endpoint),
    protocol: settings.protocol,
    tls: settings.tls !== null,
    timeoutMs: settings.timeouts.connectMs,
    hasPassword: settings.credentials !== null,
  };
  return openConnection(endpoint, settings.tls, attempt, signal, {
    make: (socket) => new BulkConnection(socket, attempt, settings.timeouts.commandMs),
    logIn: (connection) => connection.logIn(settings),
  });
}

interface Batch {
  count: number;
  replies: BulkReply[];
  resolve(replies: BulkReply[]): void;
  reject(error: Error): void;
}

interface Stream {
  onPiece(piece: string): void;
  resolve(): void;
  reject(error: Error): void;
}

class BulkConnection implements RedisBulkPort {
  readonly #reader = new RespReader();
  readonly #batches: Batch[] = [];
  readonly #silence: SilenceWatch;
  #failure: Error | null = null;
  #stream: Stream | null = null;
  #farewell = "";

  constructor(
    private readonly socket: Socket,
    private attempt: ConnectAttempt,
    commandTimeoutMs: number,
  ) {
    this.#silence = new SilenceWatch(commandTimeoutMs, () => this.fail(this.silent(commandTimeoutMs)));
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.receive(bytes));
    socket.on("error", (error) => this.fail(connectFailure(error, this.attempt)));
    socket.on("close", () => this.fail(connectFailure(new Error("closed"), this.attempt)));
  }

  pipeline(request: string | Uint8Array, count: number): Promise<BulkReply[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (count === 0) return Promise.resolve([]);
    if (this.#batches.length === 0) this.#silence.begin();
    return new Promise((resolve, reject) => {
      this.#batches.push({ count, replies: [], resolve, reject });
      if (typeof request === "string") this.socket.write(request, "latin1");
      else this.socket.write(request);
    });
  }

  async call(command: string, ...args: string[]): Promise<BulkReply> {
    const [reply] = await this.pipeline(encodeCommand(command, ...args), 1);
    if (!(reply instanceof ReplyError)) return reply ?? null;
    throw new ServerReplyError([command, args[0] ?? ""].join(" ").trim(), reply.text, replyHint(reply.text));
  }

  stream(request: string, onPiece: (piece: string) => void): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#stream = { onPiece, resolve, reject };
      this.socket.write(request, "latin1");
    });
  }

  sayOnEnd(request: string): void {
    this.#farewell = request;
  }

  async logIn({ credentials, database, readOnly }: BulkSettings): Promise<void> {
    if (credentials !== null) {
      const { username, password } = credentials;
      const login = [...(username === null ? [] : [username]), password.reveal()].map(bytesOfText);
      await this.ask(["AUTH", ...login], /without any password configured|no password is set/i);
    }
    if (database !== 0) await this.ask(["SELECT", String(database)], null);
    // Serves to be seen in CLIENT LIST; a login that may not do it scans all the same.
    await this.ask(["CLIENT", "SETNAME", clientName], /./);
    // A login that may not say it can still read a primary; a replica answers MOVED.
    if (readOnly) await this.ask(["READONLY"], /cluster support disabled|^NOPERM/i);
    // A server that talks but does not serve (LOADING …) is for whoever asks it something to report.
    await this.ask(["PING"], /./);
    // The handshake is over: a connection that breaks from now on says nothing about TLS.
    this.attempt = { ...this.attempt, tls: false };
  }

  close(): void {
    this.#stream?.resolve();
    this.fail(aborted(this.attempt));
  }

  fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#silence.end();
    // A silent server must not keep the socket: only what has to be said is waited for.
    if (this.#farewell === "" || !this.socket.writable) this.socket.destroy();
    else {
      this.socket.write(this.#farewell, "latin1");
      this.socket.destroySoon();
    }
    for (const batch of this.#batches.splice(0)) batch.reject(this.#failure);
    this.#stream?.reject(this.#failure);
  }

  /** One step of the login. What keeps everybody out is said in answer to whatever is asked first. */
  private async ask(command: [string, ...string[]], tolerated: RegExp | null): Promise<void> {
    const [reply] = await this.pipeline(encodeCommand(...command), 1);
    if (!(reply instanceof ReplyError)) return;
    const { text } = reply;
    const keepsOut = /^(NOAUTH|DENIED|ERR max number of clients)/.test(text);
    if (!keepsOut && tolerated?.test(text) === true) return;
    // In another database than the one meant, bulk work would be a disaster: this is no refusal to step over.
    if (/^(BUSY|LOADING|MASTERDOWN)\b/.test(text)) throw new ServerReplyError(command[0], text, replyHint(text));
    throw connectFailure(new Error(text), this.attempt);
  }

  private receive(bytes: Buffer): void {
    // While its last words are written, an ended connection still hears what nobody waits for.
    if (this.#failure !== null) return;
    if (this.#stream !== null) return this.#stream.onPiece(bytes.toString("latin1"));
    this.#silence.heard();
    this.#reader.push(bytes.toString("latin1"));
    try {
      this.deliver();
    } catch (error) {
      this.fail(connectFailure(error, { ...this.attempt, tls: false }));
    }
  }

  private deliver(): void {
    for (;;) {
      const batch = this.#batches[0];
      if (batch === undefined) return;
      while (batch.replies.length < batch.count) {
        const reply = this.#reader.next();
        if (reply === undefined) return;
        batch.replies.push(reply);
      }
      this.#batches.shift();
      if (this.#batches.length === 0) this.#silence.end();
      batch.resolve(batch.replies);
    }
  }

  private silent(commandTimeoutMs: number): ConnectError {
    return new ConnectError(
      "timed-out",
      `${this.attempt.address} stopped answering for ${commandTimeoutMs / 1000} s`,
      "The server is stuck or busy with one slow command (SLOWLOG, SCRIPT KILL), or the network broke; timeouts.command in the profile sets how long to wait.",
    );
  }
}
