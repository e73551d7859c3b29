import type { Socket } from "node:net";
import { ConnectError } from "../model/errors.js";
import { bytesOfText } from "../model/key-name.js";
import { formatEndpoint, type Endpoint } from "../model/node.js";
import type { MemcachedLinesPort } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import { aborted, connectFailure, type ConnectAttempt } from "./connect-failure.js";
import { openConnection } from "./open-connection.js";
import { SilenceWatch } from "./silence-watch.js";

type Settings = Pick<Profile, "credentials" | "memcachedLogin" | "tls" | "timeouts">;

/**
 * Opens a connection for answers of any length: logs in where the profile says so (-Y) and asks for the version, since a
 * server that turns clients away says so only in answer to something.
 *
 * @throws ConnectError with the cause told apart, within `timeouts.connectMs` whatever the network does
 */
export async function openMemcachedLines(
  endpoint: Endpoint,
  { credentials, memcachedLogin, tls, timeouts }: Settings,
  signal: AbortSignal,
): Promise<MemcachedLinesPort> {
  const attempt: ConnectAttempt = {
    address: formatEndpoint(endpoint),
    protocol: "Memcached",
    tls: tls !== null,
    timeoutMs: timeouts.connectMs,
    hasPassword: credentials !== null,
  };
  if (credentials !== null && memcachedLogin === "sasl" && "host" in endpoint) throw saslHasNoDump(attempt);
  return openConnection(endpoint, tls, attempt, signal, {
    make: (socket) => new LinesConnection(socket, attempt, timeouts.commandMs),
    logIn: async (connection) => {
      if (credentials !== null) {
        const token = bytesOfText(`${credentials.username ?? ""} ${credentials.password.reveal()}`);
        await connection.expect(`set login 0 0 ${token.length}\r\n${token}`, /^STORED/);
      }
      await connection.expect("version", /^VERSION /);
      connection.loggedIn();
    },
  });
}

function saslHasNoDump({ address }: ConnectAttempt): ConnectError {
  return new ConnectError(
    "not-permitted",
    `the keys of ${address} cannot be listed with a SASL login: the binary protocol has no lru_crawler metadump`,
    "Start the server with -Y in place of -S and set auth: ascii in the profile, or run this against a server of the same pool that needs no login.",
  );
}

interface Reading {
  onLines: (lines: Buffer) => boolean;
  longestLineBytes: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A line of the protocol is at most a key's 750 characters and its figures: one that goes on is somebody else's. */
const longestLine = 65_536;

const newline = 10;

class LinesConnection implements MemcachedLinesPort {
  readonly #silence: SilenceWatch;
  #reading: Reading | null = null;
  /** The line that the last packet broke off in. */
  #rest: Buffer | null = null;
  #failure: Error | null = null;

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

  readLines(
    command: string,
    onLines: (lines: Buffer) => boolean,
    longestLineBytes: number = longestLine,
  ): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#reading !== null) throw new TypeError("the answer to the last command is still being read");
    this.#silence.begin();
    return new Promise((resolve, reject) => {
      this.#reading = { onLines, longestLineBytes, resolve, reject };
      this.socket.write(`${command}\r\n`, "latin1");
    });
  }

  /** A command whose answer is one line. @throws ConnectError for any other answer than the one expected */
  async expect(command: string, wanted: RegExp): Promise<void> {
    let answer = "";
    await this.readLines(command, (lines) => {
      answer = lines.toString("latin1");
      return false;
    });
    if (!wanted.test(answer)) throw connectFailure(new Error(answer.trim()), this.attempt);
  }

  /** The handshake is over: a connection that breaks from now on says nothing about TLS. */
  loggedIn(): void {
    this.attempt = { ...this.attempt, tls: false };
  }

  close(): void {
    this.fail(aborted(this.attempt));
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#silence.end();
    this.socket.destroy();
    const reading = this.#reading;
    this.#reading = null;
    reading?.reject(this.#failure);
  }

  /** Reading stops by itself while `onLines` works, and with it the server's sending once the buffers between are full. */
  private receive(bytes: Buffer): void {
    this.#silence.heard();
    const received = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = received.lastIndexOf(newline) + 1;
    this.#rest = end === received.length ? null : received.subarray(end);
    if (this.#rest !== null && this.#rest.length > (this.#reading?.longestLineBytes ?? longestLine))
      return this.fail(connectFailure(new SyntaxError("not the protocol: a line without end"), this.attempt));
    if (end > 0) this.handOn(received.subarray(0, end));
  }

  private handOn(lines: Buffer): void {
    const reading = this.#reading;
    if (reading === null) return;
    try {
      if (reading.onLines(lines)) return;
    } catch (error) {
      // A defect of whoever reads is no failure of the server's: it goes to them as it is.
      return this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#reading = null;
    this.#silence.end();
    reading.resolve();
  }

  private silent(commandTimeoutMs: number): ConnectError {
    return new ConnectError(
      "timed-out",
      `${this.attempt.address} stopped answering for ${commandTimeoutMs / 1000} s`,
      "The server is stuck or the network broke; timeouts.command in the profile sets how long to wait.",
    );
  }
}
