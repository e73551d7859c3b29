import type { Socket } from "node:net";
import type { Redis as RedisClient, RedisOptions } from "ioredis";
import { ConnectError, ServerReplyError } from "../model/errors.js";
import { formatEndpoint, type Endpoint } from "../model/node.js";
import { clientName, type Greeting, type RedisPort, type Reply } from "../model/node-port.js";
import type { Credentials, Timeouts, TlsSettings } from "../model/profile.js";
import { aborted, connectFailure, replyHint, timedOut, tlsUnanswered, type ConnectAttempt } from "./connect-failure.js";
import { withDeadline } from "./deadline.js";
import { loadIoredis } from "./load-ioredis.js";
import { explainHangUp } from "./tls-hello.js";
import { tlsOptions } from "./tls-options.js";

/** What a connection needs to know; the part of a profile that concerns one node. */
export interface RedisSettings {
  protocol: "Redis" | "Sentinel";
  credentials: Credentials | null;
  tls: TlsSettings | null;
  database: number;
  timeouts: Timeouts;
}

export interface OpenRedis extends RedisPort {
  close(): void;
}

/**
 * Opens one connection to one node and logs in. Read-only: AUTH, SELECT, PING.
 *
 * @throws ConnectError with the cause told apart, within `timeouts.connectMs` whatever the network does.
 */
export async function openRedis(endpoint: Endpoint, settings: RedisSettings, signal: AbortSignal): Promise<OpenRedis> {
  const attempt: ConnectAttempt = {
    address: formatEndpoint(endpoint),
    protocol: settings.protocol,
    tls: settings.tls !== null,
    timeoutMs: settings.timeouts.connectMs,
    hasPassword: settings.credentials !== null,
  };
  const startedAt = performance.now();
  const { Redis } = loadIoredis();
  const connection = new RedisConnection(
    new Redis(clientOptions(endpoint, settings)),
    attempt,
    settings.timeouts,
    signal,
  );
  try {
    await withDeadline(
      () => connection.logIn(settings),
      settings.timeouts.connectMs,
      signal,
      (why) => (why === "deadline" ? connection.overdue() : aborted(attempt)),
    );
  } catch (error) {
    connection.close();
    const leftMs = settings.timeouts.connectMs - (performance.now() - startedAt);
    throw await explainHangUp(connectFailure(error, attempt), endpoint, attempt, leftMs, signal);
  }
  signal.addEventListener("abort", () => connection.close(), { once: true });
  return connection;
}

/** Every default of ioredis that queues, retries or reconnects is off: a diagnosis wants the first error, not the tenth attempt. */
function clientOptions(endpoint: Endpoint, { tls }: RedisSettings) {
  return {
    ...("path" in endpoint ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port, family: 0 }),
    ...(tls === null ? {} : { tls: tlsOptions(endpoint, tls) }),
    lazyConnect: true,
    // `withDeadline` keeps both times, since it lets an unread answer win, which the timers of ioredis do not.
    connectTimeout: 0,
    retryStrategy: () => null,
    reconnectOnError: null,
    enableOfflineQueue: false,
    // Its ready check would wait for a LOADING server, which is just what has to be reported.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    disableClientInfo: true,
    protocol: 2,
  } satisfies RedisOptions;
}

class RedisConnection implements OpenRedis {
  greeting: Greeting = { connectMs: 0, pingMs: 0, pingError: null };
  /** The first thing that went wrong on the socket: ioredis rejects commands with "Connection is closed." and says why only here. */
  #socketError: Error | null = null;
  /** Once a command got no answer the rest is not asked: a stuck node costs one timeout, not one for each command. */
  #stuck: ConnectError | null = null;

  constructor(
    private readonly client: RedisClient,
    private readonly attempt: ConnectAttempt,
    private readonly timeouts: Timeouts,
    private readonly signal: AbortSignal,
  ) {
    client.on("error", (error: Error) => {
      this.#socketError ??= error;
    });
  }

  async call(command: string, ...args: string[]): Promise<Reply> {
    if (this.#stuck !== null) throw this.#stuck;
    try {
      return await this.ask(command, ...args);
    } catch (error) {
      throw this.explain(error, [command, args[0] ?? ""].join(" ").trim());
    }
  }

  async logIn({ credentials, database }: RedisSettings): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.client.connect();
      if (credentials !== null) await this.authenticate(credentials);
      if (database !== 0) await this.select(database);
    } catch (error) {
      throw connectFailure(this.#socketError ?? error, this.attempt);
    }
    const connectedAt = performance.now();
    const pingError = await this.ping();
    this.greeting = { connectMs: connectedAt - startedAt, pingMs: performance.now() - connectedAt, pingError };
    await this.introduce();
  }

  /** Why logging in took too long. A plain server waits for the end of a TLS hello as for the end of a line. */
  overdue(): ConnectError {
    const { status, stream } = this.client;
    const inHandshake =
      this.attempt.tls && status === "connecting" && (stream as Socket | undefined)?.connecting === false;
    return inHandshake ? tlsUnanswered(this.attempt) : timedOut(this.attempt);
  }

  close(): void {
    this.client.disconnect();
    // Its own way waits two seconds for the server to hang up too, which a stuck one never does.
    (this.client.stream as Socket | undefined)?.destroy();
  }

  private ask(command: string, ...args: string[]): Promise<Reply> {
    return withDeadline(
      () => this.client.call(command, ...args) as Promise<Reply>,
      this.timeouts.commandMs,
      this.signal,
      (why) => (why === "aborted" ? aborted(this.attempt) : new Error("Command timed out")),
    );
  }

  private async authenticate({ username, password }: Credentials): Promise<void> {
    try {
      await this.ask("AUTH", ...(username === null ? [] : [username]), password.reveal());
    } catch (error) {
      // The server has no password at all. That is worth a finding (default-user-unrestricted), not a refusal to look.
      if (error instanceof Error && /without any password configured|no password is set/i.test(error.message)) return;
      throw error;
    }
  }

  /** After PING, because a refusal such as DENIED comes as the answer to whatever is said first. */
  private async introduce(): Promise<void> {
    try {
      await this.ask("CLIENT", "SETNAME", clientName);
    } catch (error) {
      // A courtesy: a login that may not do it, or a server that is not serving yet, is looked at all the same.
      if (!isReplyError(error)) throw connectFailure(this.#socketError ?? error, this.attempt);
    }
  }

  private async select(database: number): Promise<void> {
    try {
      await this.ask("SELECT", String(database));
    } catch (error) {
      // It serves nobody just now, which PING is told too. That is a finding, not a refusal to look.
      if (error instanceof Error && /^(BUSY|LOADING|MASTERDOWN)\b/.test(error.message)) return;
      throw error;
    }
  }

  /** The error of a server that talks but does not serve; throws when there is nobody to talk to. */
  private async ping(): Promise<string | null> {
    try {
      await this.ask("PING");
      return null;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (isReplyError(error) && !/^(NOAUTH|DENIED|ERR max number of clients)/.test(text) && !isForeign(text))
        return text;
      throw connectFailure(this.#socketError ?? error, this.attempt);
    }
  }

  private explain(error: unknown, command: string): Error {
    // The connection was closed by us: whatever ioredis makes of that, the run was called off.
    if (this.signal.aborted) return aborted(this.attempt);
    const text = error instanceof Error ? error.message : String(error);
    if (isReplyError(error)) return new ServerReplyError(command, text, replyHint(text));
    const failure = /timed out/i.test(text)
      ? new ConnectError(
          "timed-out",
          `${this.attempt.address} accepted the connection but did not answer ${command} within ${this.timeouts.commandMs / 1000} s`,
          "The server is stuck or busy with one slow command (SLOWLOG, SCRIPT KILL), or the network broke; timeouts.command in the profile sets how long to wait.",
          error,
        )
      : // The handshake is long over: a connection that breaks now says nothing about TLS.
        connectFailure(this.#socketError ?? error, { ...this.attempt, tls: false });
    this.#stuck ??= failure;
    return failure;
  }
}

function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

/** Memcached answers PING with `ERROR`, which is no error reply of Redis: those begin with a code and a text. */
function isForeign(text: string): boolean {
  return /^(ERROR)?$/.test(text);
}
